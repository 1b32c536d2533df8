#include "encoder.h"

// B-frames need reordering, which the zerolatency tune forbids; look-ahead would only add delay.
static char *describe_h264(const Options *options) {
  char *bframes = options->bframes
                      ? g_strdup_printf("bframes=%d b-adapt=false rc-lookahead=0 sync-lookahead=0", options->bframes)
                      : g_strdup("bframes=0 tune=zerolatency");
  char *text = g_strdup_printf(
      "x264enc speed-preset=ultrafast %s key-int-max=%d bitrate=%d threads=1 ! video/x-h264,profile=%s ! h264parse ! "
      "rtph264pay name=pay0 pt=96 config-interval=-1",
      bframes, options->gop, options->bitrate_kbps, options->bframes ? "main" : "constrained-baseline");
  g_free(bframes);
  return text;
}

static char *describe_h265(const Options *options) {
  char *bframes = options->bframes
                      ? g_strdup_printf("option-string=\"bframes=%d:b-adapt=0:rc-lookahead=%d:frame-threads=1\"",
                                        options->bframes, options->bframes + 1)
                      : g_strdup("tune=zerolatency");
  char *text = g_strdup_printf(
      "x265enc speed-preset=ultrafast %s key-int-max=%d bitrate=%d ! h265parse ! "
      "rtph265pay name=pay0 pt=96 config-interval=-1",
      bframes, options->gop, options->bitrate_kbps);
  g_free(bframes);
  return text;
}

static char *describe_payload(const Options *options) {
  if (options->file) return g_strdup("h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1");
  if (options->codec == CODEC_H265) return describe_h265(options);
  if (options->codec == CODEC_JPEG) return g_strdup("jpegenc ! rtpjpegpay name=pay0 pt=26");
  return describe_h264(options);
}

char *encoder_describe(const Options *options) {
  char *payload = describe_payload(options);
  char *text = g_strdup_printf("( appsrc name=source is-live=true format=time block=false ! %s )", payload);
  g_free(payload);
  return text;
}
