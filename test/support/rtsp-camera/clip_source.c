#include <gst/app/gstappsink.h>

#include "source.h"

// A lost access unit breaks the picture until the next keyframe: wait for the client's PLAY with all of them.
enum { QUEUED_BYTES_MAX = 8 << 20 };

typedef struct {
  Source base;
  GPtrArray *units;  // GstBuffer, one access unit each, in decoding order
  gint64 first_dts_ns, duration_ns;
  gint64 origin_ns;  // when this round's first access unit was due
  guint next;
} ClipSource;

static gint64 decode_time(GstBuffer *buffer) {
  return (gint64)(GST_BUFFER_DTS_IS_VALID(buffer) ? GST_BUFFER_DTS(buffer) : GST_BUFFER_PTS(buffer));
}

static void start(Source *source, gint64 now_ns) {
  ClipSource *self = (ClipSource *)source;
  self->next = 0;
  self->origin_ns = now_ns;
}

static gint64 due_ns(Source *source, gint64 now_ns) {
  ClipSource *self = (ClipSource *)source;
  if (self->next == self->units->len) {
    self->next = 0;
    self->origin_ns += self->duration_ns;
  }
  gint64 due = self->origin_ns + decode_time(g_ptr_array_index(self->units, self->next)) - self->first_dts_ns;
  gint64 late = now_ns - due;
  if (late < (gint64)GST_SECOND) return due;
  self->origin_ns += late;  // the process was stopped: go on from here, without a burst
  return now_ns;
}

static GstBuffer *capture(Source *source, gint64 now_ns) {
  (void)now_ns;
  ClipSource *self = (ClipSource *)source;
  GstBuffer *buffer = gst_buffer_copy(g_ptr_array_index(self->units, self->next++));
  gint64 shift = self->origin_ns - self->first_dts_ns;
  GST_BUFFER_PTS(buffer) += (GstClockTime)shift;
  if (GST_BUFFER_DTS_IS_VALID(buffer)) GST_BUFFER_DTS(buffer) += (GstClockTime)shift;
  return buffer;
}

static void free_source(Source *source) {
  ClipSource *self = (ClipSource *)source;
  g_ptr_array_unref(self->units);
  if (source->caps) gst_caps_unref(source->caps);
  g_free(self);
}

static void take_all(ClipSource *self, GstAppSink *sink) {
  GstSample *sample;
  while ((sample = gst_app_sink_pull_sample(sink))) {
    GstBuffer *buffer = gst_sample_get_buffer(sample);
    if (!self->base.caps) self->base.caps = gst_caps_ref(gst_sample_get_caps(sample));
    if (GST_BUFFER_PTS_IS_VALID(buffer)) g_ptr_array_add(self->units, gst_buffer_ref(buffer));
    gst_sample_unref(sample);
  }
}

static gboolean read_clip(ClipSource *self, const char *path, GError **error) {
  GstElement *pipeline = gst_parse_launch(
      "filesrc name=file ! qtdemux ! h264parse config-interval=-1 ! "
      "video/x-h264,stream-format=byte-stream,alignment=au ! appsink name=sink sync=false",
      error);
  if (!pipeline) return FALSE;
  GstElement *file = gst_bin_get_by_name(GST_BIN(pipeline), "file");
  GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
  g_object_set(file, "location", path, NULL);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GstBus *bus = gst_element_get_bus(pipeline);
  // An error before the first sample would leave pull_sample waiting for ever.
  GstMessage *message =
      gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR | GST_MESSAGE_ASYNC_DONE);
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
    gst_message_parse_error(message, error, NULL);
  else
    take_all(self, GST_APP_SINK(sink));
  gst_message_unref(message);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(bus);
  gst_object_unref(sink);
  gst_object_unref(file);
  gst_object_unref(pipeline);
  return error == NULL || *error == NULL;
}

Source *clip_source_new(const char *path, GError **error) {
  ClipSource *self = g_new0(ClipSource, 1);
  self->base = (Source){.start = start, .due_ns = due_ns, .capture = capture, .free = free_source};
  self->units = g_ptr_array_new_with_free_func((GDestroyNotify)gst_buffer_unref);
  gboolean ok = read_clip(self, path, error);
  if (ok && self->units->len < 2) {
    g_set_error(error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE, "%s holds no H.264 video", path);
    ok = FALSE;
  }
  if (!ok) {
    free_source(&self->base);
    return NULL;
  }
  self->base.queue_bytes_max = QUEUED_BYTES_MAX;
  guint count = self->units->len;
  self->first_dts_ns = decode_time(g_ptr_array_index(self->units, 0));
  gint64 span = decode_time(g_ptr_array_index(self->units, count - 1)) - self->first_dts_ns;
  self->duration_ns = span + span / (count - 1);
  return &self->base;
}
