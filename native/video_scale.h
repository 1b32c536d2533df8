// The element `lenscastscale`: GStreamer's `videoscale`, with a way of its own to make pictures smaller.
#pragma once

namespace lenscast {

// Makes the element known to GStreamer, in this process alone, where there is `videoscale`. Once, after gst_init().
//
// It is a subclass: caps, borders, allocation and all sizes and formats that AreaScaler doesn't know stay what they are
// there. Planar pictures whose width becomes a simple fraction are averaged over areas instead, in a third of the time;
// videoscale's two taps miss whole lines where a picture becomes less than half as large.
void registerVideoScale();

}  // namespace lenscast
