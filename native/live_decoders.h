// Decoding without delay where the source is live.
#pragma once

#include "gst_ptr.h"

namespace lenscast {

// libav's decoders work on several frames at once, which delays each by a frame for each further processor, unless they
// learn that the source is live; a funnel or parsebin on the way keeps that from them. Tells each decoder that comes
// into the pipeline to divide its work by slices, where the pipeline has a live source; as libav's plugin does itself.
void decodeWithoutDelay(GstElement* pipeline);

}  // namespace lenscast
