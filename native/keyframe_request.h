// Asks a running encoder for a keyframe.
#pragma once

#include <optional>
#include <string>

#include "gst_ptr.h"

namespace lenscast {

// By a force-key-unit event at the encoder's source pad (gst-plugins-base, gstvideo's GstForceKeyUnit), with all
// headers; or, for encoders that know no such event, by an action signal without parameters. Never blocks. Throws
// ERR_INVALID_ARG where the element has no pad "src", or no such signal.
void requestKeyframe(GstElement* encoder, const std::optional<std::string>& action);

}  // namespace lenscast
