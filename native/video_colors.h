// The elements `lenscastjfifcolors` and `lenscastvideocolors`: bring pictures to the colours that an encoder's product
// means.
#pragma once

namespace lenscast {

// Makes the elements known to GStreamer, in this process alone. Once, after gst_init().
//
// A JPEG holds YCbCr of BT.601 in full range, and has no field to say otherwise (JFIF 1.02, "Color space"); video comes in
// limited range (black is 16, white 235) and, where it is HD, of BT.709. Encoded as it is, it looks pale and a little off.
// The other way round, H.264 can say that it is in full range, but not every browser listens.
//
// Both convert 8-bit YCbCr pictures in place whose luma has a plane of its own, and let all others pass. (videoconvert
// does it too, twenty times slower.)
void registerVideoColors();

}  // namespace lenscast
