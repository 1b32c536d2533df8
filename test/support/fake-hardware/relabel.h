// Passes buffers on and says that they lie in another memory: the fake chips' memory is the system's.
#pragma once

#include <gst/gst.h>

typedef enum { AT_INPUT, AT_OUTPUT } Place;

// The pass at the `place` of a fake element, for which it does what the element is told to do wrong. `outer` outlives it.
GstElement *relabel_new(GstElement *outer, const char *element, Place place);
