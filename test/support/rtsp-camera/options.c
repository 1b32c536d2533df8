#include "options.h"

static gboolean fail(GError **error, const char *message) {
  g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
  return FALSE;
}

static gboolean check(Options *options, const char *codec, GError **error) {
  if (!codec || g_str_equal(codec, "h264"))
    options->codec = CODEC_H264;
  else if (g_str_equal(codec, "h265"))
    options->codec = CODEC_H265;
  else if (g_str_equal(codec, "jpeg"))
    options->codec = CODEC_JPEG;
  else
    return fail(error, "--codec is one of h264, h265, jpeg");
  if (options->port < 0 || options->port > 65535) return fail(error, "--port is from 0 to 65535");
  if (options->width < 160 || options->width % 16 || options->height < 96 || options->height % 8)
    return fail(error, "--width is a multiple of 16 from 160 on, --height a multiple of 8 from 96 on");
  if (options->fps < 1 || options->fps > 240) return fail(error, "--fps is from 1 to 240");
  if (options->bframes < 0 || options->bframes > 8) return fail(error, "--bframes is from 0 to 8");
  if (options->gop < 0 || options->bitrate_kbps < 0) return fail(error, "--gop and --bitrate-kbps are positive");
  if (!options->user != !options->password) return fail(error, "--user and --password go together");
  if (!options->gop) options->gop = options->fps;
  if (!options->bitrate_kbps)
    options->bitrate_kbps = MAX(200, (int)(0.1 * options->width * options->height * options->fps / 1000));
  return TRUE;
}

gboolean options_parse(Options *options, int *argc, char ***argv, GError **error) {
  *options = (Options){.width = 640, .height = 360, .fps = 30};
  char *codec = NULL;
  const GOptionEntry entries[] = {
      {"address", 0, 0, G_OPTION_ARG_STRING, &options->address, "IPv4 address to listen on (127.0.0.1)", "ADDRESS"},
      {"port", 0, 0, G_OPTION_ARG_INT, &options->port, "TCP port, 0 for any free one", "N"},
      {"codec", 0, 0, G_OPTION_ARG_STRING, &codec, "h264 (default), h265 or jpeg", "NAME"},
      {"width", 0, 0, G_OPTION_ARG_INT, &options->width, "pixels (640)", "N"},
      {"height", 0, 0, G_OPTION_ARG_INT, &options->height, "pixels (360)", "N"},
      {"fps", 0, 0, G_OPTION_ARG_INT, &options->fps, "pictures a second (30)", "N"},
      {"bframes", 0, 0, G_OPTION_ARG_INT, &options->bframes, "consecutive B-frames (0)", "N"},
      {"gop", 0, 0, G_OPTION_ARG_INT, &options->gop, "frames from keyframe to keyframe (a second's)", "N"},
      {"bitrate-kbps", 0, 0, G_OPTION_ARG_INT, &options->bitrate_kbps, "of H.264 and H.265", "N"},
      {"user", 0, 0, G_OPTION_ARG_STRING, &options->user, "asks for digest authentication", "NAME"},
      {"password", 0, 0, G_OPTION_ARG_STRING, &options->password, NULL, "TEXT"},
      {"file", 0, 0, G_OPTION_ARG_FILENAME, &options->file, "serve this MP4's H.264 instead, looped", "PATH"},
      {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
  };
  GOptionContext *context = g_option_context_new("- an RTSP camera at rtsp://127.0.0.1:PORT/live");
  g_option_context_add_main_entries(context, entries, NULL);
  gboolean ok = g_option_context_parse(context, argc, argv, error);
  g_option_context_free(context);
  if (ok && *argc > 1) ok = fail(error, "there are no arguments but options");
  ok = ok && check(options, codec, error);
  g_free(codec);
  return ok;
}

void options_clear(Options *options) {
  g_free(options->address);
  g_free(options->user);
  g_free(options->password);
  g_free(options->file);
}
