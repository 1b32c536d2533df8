#include "feed.h"

struct Feed {
  GMutex mutex;
  GCond attached;
  GstAppSrc *appsrc;
  guint attachment;
  gboolean stalled, closed;
  gint64 leap_ms;
};

Feed *feed_new(void) {
  Feed *feed = g_atomic_rc_box_new0(Feed);
  g_mutex_init(&feed->mutex);
  g_cond_init(&feed->attached);
  return feed;
}

Feed *feed_ref(Feed *feed) { return g_atomic_rc_box_acquire(feed); }

static void clear(gpointer data) {
  Feed *feed = data;
  if (feed->appsrc) gst_object_unref(feed->appsrc);
  g_cond_clear(&feed->attached);
  g_mutex_clear(&feed->mutex);
}

void feed_unref(Feed *feed) { g_atomic_rc_box_release_full(feed, clear); }

void feed_attach(Feed *feed, GstAppSrc *appsrc) {
  g_mutex_lock(&feed->mutex);
  if (gst_object_replace((GstObject **)&feed->appsrc, GST_OBJECT(appsrc))) {
    feed->attachment++;
    g_cond_signal(&feed->attached);
  }
  g_mutex_unlock(&feed->mutex);
}

void feed_detach(Feed *feed, GstAppSrc *appsrc) {
  g_mutex_lock(&feed->mutex);
  if (feed->appsrc == appsrc) gst_object_replace((GstObject **)&feed->appsrc, NULL);
  g_mutex_unlock(&feed->mutex);
}

guint feed_wait(Feed *feed) {
  g_mutex_lock(&feed->mutex);
  while (!feed->appsrc && !feed->closed) g_cond_wait(&feed->attached, &feed->mutex);
  guint attachment = feed->closed ? 0 : feed->attachment;
  g_mutex_unlock(&feed->mutex);
  return attachment;
}

void feed_close(Feed *feed) {
  g_mutex_lock(&feed->mutex);
  feed->closed = TRUE;
  g_cond_signal(&feed->attached);
  g_mutex_unlock(&feed->mutex);
}

void feed_set_stalled(Feed *feed, gboolean stalled) {
  g_mutex_lock(&feed->mutex);
  feed->stalled = stalled;
  g_mutex_unlock(&feed->mutex);
}

void feed_set_leap(Feed *feed, gint64 leap_ms) {
  g_mutex_lock(&feed->mutex);
  feed->leap_ms = leap_ms;
  g_mutex_unlock(&feed->mutex);
}

gint64 feed_leap(Feed *feed) {
  g_mutex_lock(&feed->mutex);
  gint64 leap_ms = feed->leap_ms;
  g_mutex_unlock(&feed->mutex);
  return leap_ms;
}

// From CLOCK_MONOTONIC, which GStreamer's system clock is, to the pipeline's running time.
static gboolean to_running_time(GstAppSrc *appsrc, GstBuffer *buffer) {
  GstClock *clock = gst_element_get_clock(GST_ELEMENT(appsrc));
  if (!clock) return FALSE;
  gst_object_unref(clock);
  GstClockTime base = gst_element_get_base_time(GST_ELEMENT(appsrc));
  GstClockTime first = GST_BUFFER_DTS_IS_VALID(buffer) ? GST_BUFFER_DTS(buffer) : GST_BUFFER_PTS(buffer);
  if (first < base || GST_BUFFER_PTS(buffer) < base) return FALSE;
  GST_BUFFER_PTS(buffer) -= base;
  if (GST_BUFFER_DTS_IS_VALID(buffer)) GST_BUFFER_DTS(buffer) -= base;
  return TRUE;
}

void feed_push(Feed *feed, GstBuffer *buffer, guint64 queue_bytes_max) {
  g_mutex_lock(&feed->mutex);
  GstAppSrc *appsrc = feed->appsrc && !feed->stalled ? gst_object_ref(feed->appsrc) : NULL;
  g_mutex_unlock(&feed->mutex);
  if (appsrc && to_running_time(appsrc, buffer) &&
      gst_app_src_get_current_level_bytes(appsrc) < queue_bytes_max)
    gst_app_src_push_buffer(appsrc, gst_buffer_ref(buffer));
  gst_buffer_unref(buffer);
  if (appsrc) gst_object_unref(appsrc);
}
