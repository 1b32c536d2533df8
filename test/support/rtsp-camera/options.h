// The command line of the RTSP camera.
#pragma once

#include <glib.h>

typedef enum { CODEC_H264, CODEC_H265, CODEC_JPEG } Codec;

typedef struct {
  char *address;  // NULL: 127.0.0.1
  int port;       // 0: any free one
  Codec codec;
  int width, height, fps;
  int bframes;       // consecutive B-frames, 0 for none
  int gop;           // frames from one keyframe to the next
  int bitrate_kbps;  // of H.264 and H.265
  char *user, *password;  // NULL: no authentication
  char *file;             // NULL: live pictures
} Options;

// FALSE with `error` set where an argument is unknown or out of range. Free with options_clear().
gboolean options_parse(Options *options, int *argc, char ***argv, GError **error);
void options_clear(Options *options);
