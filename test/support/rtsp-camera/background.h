// A detailed picture that tiles sideways, for a background that moves by copying rows.
#pragma once

#include <gst/video/video.h>

typedef struct Background Background;

Background *background_new(const GstVideoInfo *info);
void background_free(Background *background);

// Paints the whole I420 picture as it looks at `step`; every step moves each band of rows by its own even distance.
void background_paint(const Background *background, GstVideoFrame *frame, guint64 step);
