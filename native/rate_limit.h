// The element `lenscastratelimit`: leaves out pictures, evenly, to come down to a frame rate.
#pragma once

namespace lenscast {

// Makes the element known to GStreamer, in this process alone. Once, after gst_init().
//
// Pictures are due on a grid of the wanted interval; the first that comes no more than a quarter of the source's own
// interval early is taken. It goes by the pictures' times alone: the caps need tell no rate, and after a pause, as
// behind a valve that was shut, the grid begins anew. (videorate, which needs the one and makes up for the other by
// letting everything pass until it has caught up, will not do.) Property, live:
//   max-rate  pictures a second that pass; 0, the default: all
void registerRateLimit();

}  // namespace lenscast
