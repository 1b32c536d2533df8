// Another size or format for a stream that flows.
#pragma once

#include "gst_ptr.h"

namespace lenscast {

// Gives a capsfilter its caps with the next buffer or event that comes, on the thread that brings it: what negotiates
// before it asks for its caps first and sends its own after, and a change between the two would end the stream
// (not-negotiated). At once where nothing flows. The later of two changes counts.
void changeCaps(GstElement* capsfilter, const GstCaps* caps);

}  // namespace lenscast
