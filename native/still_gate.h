// The element `lenscaststillgate`: leaves out pictures that show nothing new.
#pragma once

namespace lenscast {

// Makes the element known to GStreamer, in this process alone. Once, after gst_init().
//
// Raw 8 bit video is compared by the brightness of its blocks, with some room for a camera's noise; everything else
// byte by byte. Always with the last picture that passed, so that slow changes add up. Properties, live:
//   min-fps    pictures a second that pass also where nothing changes; 0, the default: all pass
//   pass-next  set to true it lets the next picture pass, whatever it shows
void registerStillGate();

}  // namespace lenscast
