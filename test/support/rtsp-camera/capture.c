#include "capture.h"

#include <errno.h>
#include <time.h>

struct Capture {
  Source *source;
  Feed *feed;
  GThread *thread;
};

static gint64 now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (gint64)now.tv_sec * (gint64)GST_SECOND + now.tv_nsec;
}

static void sleep_until(gint64 due_ns) {
  struct timespec due = {.tv_sec = due_ns / (gint64)GST_SECOND, .tv_nsec = due_ns % (gint64)GST_SECOND};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) continue;
}

static gpointer run(gpointer data) {
  Capture *capture = data;
  guint attachment, seen = 0;
  while ((attachment = feed_wait(capture->feed))) {
    if (attachment != seen) capture->source->start(capture->source, now_ns());
    seen = attachment;
    sleep_until(capture->source->due_ns(capture->source, now_ns()));
    GstBuffer *frame = capture->source->capture(capture->source, now_ns());
    feed_push(capture->feed, frame, capture->source->queue_bytes_max);
  }
  return NULL;
}

Capture *capture_start(Source *source, Feed *feed) {
  Capture *capture = g_new0(Capture, 1);
  capture->source = source;
  capture->feed = feed;
  capture->thread = g_thread_new("capture", run, capture);
  return capture;
}

void capture_stop(Capture *capture) {
  feed_close(capture->feed);
  g_thread_join(capture->thread);
  g_free(capture);
}
