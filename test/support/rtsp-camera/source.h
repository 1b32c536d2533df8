// What the capture thread takes its frames from: live pictures or a clip.
#pragma once

#include <gst/gst.h>

#include "options.h"

typedef struct Source Source;

struct Source {
  // A first consumer came at `now_ns` (CLOCK_MONOTONIC, as every time here): decide which frame is next.
  void (*start)(Source *source, gint64 now_ns);
  // When the next frame is to be captured. A source that is later than it can make good leaves frames out.
  gint64 (*due_ns)(Source *source, gint64 now_ns);
  // The next frame, with PTS and DTS in CLOCK_MONOTONIC.
  GstBuffer *(*capture)(Source *source, gint64 now_ns);
  void (*free)(Source *source);
  GstCaps *caps;
  guint64 queue_bytes_max;  // more than this waiting for the pipeline, and frames are lost
};

// Raw I420 with the project's time code over a moving background.
Source *picture_source_new(int width, int height, int fps);

// The H.264 access units of an MP4, read into memory once. NULL with `error` set where there are none.
Source *clip_source_new(const char *path, GError **error);
