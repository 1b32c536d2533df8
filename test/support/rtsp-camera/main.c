// An RTSP camera for tests: rtsp://127.0.0.1:PORT/live.
//
// Prints `port=PORT` once it listens. Lines on stdin: `stall` (frames stop, connections stay), `resume`, and `leap MS`
// (from now on RTP time stamps are wrong by so much); each is answered by the same line once done. It exits at SIGTERM, SIGINT, or when stdin is a pipe whose other end closed,
// so that it never outlives its test.
#include <gio/gio.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture.h"
#include "server.h"

typedef struct {
  GMainLoop *loop;
  Feed *feed;
} Control;

static gboolean on_signal(gpointer loop) {
  g_main_loop_quit(loop);
  return G_SOURCE_CONTINUE;
}

static gboolean stdin_is_pipe(void) {
  struct stat status;
  return fstat(STDIN_FILENO, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

static void answer(const char *text) {
  printf("%s\n", text);
  fflush(stdout);
}

static gboolean on_command(GIOChannel *channel, GIOCondition condition, gpointer data) {
  (void)condition;
  Control *control = data;
  char *line = NULL;
  gsize end = 0;
  GIOStatus status = g_io_channel_read_line(channel, &line, NULL, &end, NULL);
  if (status == G_IO_STATUS_AGAIN) return G_SOURCE_CONTINUE;
  if (status != G_IO_STATUS_NORMAL) {
    if (stdin_is_pipe()) g_main_loop_quit(control->loop);
    return G_SOURCE_REMOVE;
  }
  line[end] = '\0';
  if (g_str_equal(line, "stall") || g_str_equal(line, "resume")) {
    feed_set_stalled(control->feed, g_str_equal(line, "stall"));
    answer(line);
  } else if (g_str_has_prefix(line, "leap ")) {
    feed_set_leap(control->feed, g_ascii_strtoll(line + strlen("leap "), NULL, 10));
    answer(line);
  } else {
    g_printerr("rtsp-camera: no such command: %s\n", line);
  }
  g_free(line);
  return G_SOURCE_CONTINUE;
}

static void run(GstRTSPServer *server, Feed *feed) {
  Control control = {.loop = g_main_loop_new(NULL, FALSE), .feed = feed};
  GIOChannel *channel = g_io_channel_unix_new(STDIN_FILENO);
  g_io_add_watch(channel, G_IO_IN | G_IO_HUP | G_IO_ERR, on_command, &control);
  g_unix_signal_add(SIGTERM, on_signal, control.loop);
  g_unix_signal_add(SIGINT, on_signal, control.loop);
  char *port = g_strdup_printf("port=%d", gst_rtsp_server_get_bound_port(server));
  answer(port);
  g_free(port);
  g_main_loop_run(control.loop);
  g_io_channel_unref(channel);
  g_main_loop_unref(control.loop);
}

int main(int argc, char **argv) {
  gst_init(NULL, NULL);
  Options options;
  GError *error = NULL;
  Source *source = NULL;
  if (options_parse(&options, &argc, &argv, &error))
    source = options.file ? clip_source_new(options.file, &error)
                          : picture_source_new(options.width, options.height, options.fps);
  if (!source) {
    g_printerr("rtsp-camera: %s\n", error ? error->message : "no frames");
    return 2;
  }
  Feed *feed = feed_new();
  GstRTSPServer *server = server_start(&options, source->caps, feed);
  if (!server) {
    g_printerr("rtsp-camera: port %d can't be had\n", options.port);
    return 1;
  }
  Capture *capture = capture_start(source, feed);
  run(server, feed);
  capture_stop(capture);
  server_stop(server);
  feed_unref(feed);
  source->free(source);
  options_clear(&options);
  return 0;
}
