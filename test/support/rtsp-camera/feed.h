// The one way from the capture thread into whichever pipeline gst-rtsp-server has just built.
#pragma once

#include <gst/app/gstappsrc.h>

typedef struct Feed Feed;

// Counted by reference: a media thread of the server can outlast everything else.
Feed *feed_new(void);
Feed *feed_ref(Feed *feed);
void feed_unref(Feed *feed);

// From now on frames go to this appsrc, which plays, and no more to the one before it. Nothing happens where it has
// them already. Thread-safe, like all of these.
void feed_attach(Feed *feed, GstAppSrc *appsrc);
// Nothing happens where another appsrc has taken its place.
void feed_detach(Feed *feed, GstAppSrc *appsrc);
// Waits until there is an appsrc; returns a number that changes with each attachment, 0 after feed_close().
guint feed_wait(Feed *feed);
void feed_close(Feed *feed);
// While stalled, frames are lost and connections stay open.
void feed_set_stalled(Feed *feed, gboolean stalled);
// From now on the stream's RTP time stamps are wrong by so much.
void feed_set_leap(Feed *feed, gint64 leap_ms);
gint64 feed_leap(Feed *feed);
// Takes the buffer, whose times are CLOCK_MONOTONIC. It is lost where there is no appsrc, or where
// `queue_bytes_max` wait for it.
void feed_push(Feed *feed, GstBuffer *buffer, guint64 queue_bytes_max);
