// Which decoders `decodebin` may take.
#pragma once

#include "gst_ptr.h"

namespace lenscast {

// Software alone, in every decodebin of the pipeline that can be told so (from 1.18 on): by itself it takes a chip's
// decoder by its rank, whether that works or not. A description that wants a chip's decoder names it.
void decodeInSoftware(GstElement* pipeline);

}  // namespace lenscast
