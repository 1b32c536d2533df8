#include <gst/video/video.h>

#include "background.h"
#include "source.h"
#include "timecode.h"

enum { QUEUED_PICTURES_MAX = 4 };

typedef struct {
  Source base;
  GstVideoInfo info;
  Background *background;
  gint64 origin_ns, period_ns;
  guint64 sequence;
} PictureSource;

static void start(Source *source, gint64 now_ns) {
  PictureSource *self = (PictureSource *)source;
  if (!self->origin_ns) self->origin_ns = now_ns;
  self->sequence = (guint64)((now_ns - self->origin_ns + self->period_ns - 1) / self->period_ns);
}

static gint64 due_ns(Source *source, gint64 now_ns) {
  PictureSource *self = (PictureSource *)source;
  guint64 reached = (guint64)((now_ns - self->origin_ns) / self->period_ns);
  if (self->sequence < reached) self->sequence = reached;  // a camera that was stopped doesn't catch up
  return self->origin_ns + (gint64)self->sequence * self->period_ns;
}

static GstBuffer *capture(Source *source, gint64 now_ns) {
  PictureSource *self = (PictureSource *)source;
  GstBuffer *buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&self->info), NULL);
  GstVideoFrame frame;
  if (!buffer || !gst_video_frame_map(&frame, &self->info, buffer, GST_MAP_WRITE)) g_error("no memory for a picture");
  Timecode code = {.capture_us = (guint64)now_ns / 1000, .sequence = (guint32)(self->sequence & 0xffffff)};
  background_paint(self->background, &frame, self->sequence);
  timecode_draw(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0), GST_VIDEO_INFO_WIDTH(&self->info),
                (size_t)GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0), 1, code);
  gst_video_frame_unmap(&frame);
  GST_BUFFER_PTS(buffer) = (GstClockTime)now_ns;
  GST_BUFFER_DURATION(buffer) = (GstClockTime)self->period_ns;
  self->sequence++;
  return buffer;
}

static void free_source(Source *source) {
  PictureSource *self = (PictureSource *)source;
  background_free(self->background);
  gst_caps_unref(source->caps);
  g_free(self);
}

Source *picture_source_new(int width, int height, int fps) {
  PictureSource *self = g_new0(PictureSource, 1);
  self->base = (Source){.start = start, .due_ns = due_ns, .capture = capture, .free = free_source};
  gst_video_info_set_format(&self->info, GST_VIDEO_FORMAT_I420, (guint)width, (guint)height);
  self->info.fps_n = fps;
  self->info.fps_d = 1;
  self->base.caps = gst_video_info_to_caps(&self->info);
  self->base.queue_bytes_max = QUEUED_PICTURES_MAX * GST_VIDEO_INFO_SIZE(&self->info);
  self->background = background_new(&self->info);
  self->period_ns = GST_SECOND / fps;
  return &self->base;
}
