#include "insides.h"

#include <gst/video/video.h>
#include <string.h>

#include "relabel.h"
#include "trouble.h"

// Names that no description has: it would find them inside.
#define CODER "fake-coder"
#define BYTE_STREAM "video/x-h264,stream-format=byte-stream,alignment=au"

enum { X264_TUNE_ZEROLATENCY = 4 };

static GstElement *make(const char *factory, const char *name) {
  GstElement *element = gst_element_factory_make(factory, name);
  if (!element) g_error("the fake chips need the element %s", factory);
  return element;
}

static GstElement *filter(const char *text) {
  GstElement *element = make("capsfilter", NULL);
  GstCaps *caps = gst_caps_from_string(text);
  g_object_set(element, "caps", caps, NULL);
  gst_caps_unref(caps);
  return element;
}

static GstElement *append(GstBin *bin, GstElement *after, GstElement *element) {
  gst_bin_add(bin, element);
  if (after && !gst_element_link(after, element)) g_error("%s can't follow %s", GST_OBJECT_NAME(element), GST_OBJECT_NAME(after));
  return element;
}

static void on_decoded(GstElement *decoder, GstPad *pad, gpointer converter) {
  (void)decoder;
  GstPad *sink = gst_element_get_static_pad(converter, "sink");
  if (!gst_pad_is_linked(sink)) gst_pad_link(pad, sink);
  gst_object_unref(sink);
}

static GstElement *append_decoder(GstBin *bin, GstElement *after) {
  GstElement *decoder = append(bin, after, make("decodebin", CODER));
  GstElement *converter = append(bin, NULL, make("videoconvert", NULL));
  g_signal_connect(decoder, "pad-added", G_CALLBACK(on_decoded), converter);
  return converter;
}

static GstElement *append_h264(GstBin *bin, GstElement *after) {
  GstElement *coder = append(bin, append(bin, after, make("videoconvert", NULL)), make("x264enc", CODER));
  gst_util_set_object_arg(G_OBJECT(coder), "tune", "zerolatency");
  gst_util_set_object_arg(G_OBJECT(coder), "speed-preset", "ultrafast");
  g_object_set(coder, "key-int-max", 60, NULL);
  GstElement *coded = filter(BYTE_STREAM);
  gst_object_set_name(GST_OBJECT(coded), "fake-coded");
  return append(bin, append(bin, coder, coded), make("capssetter", "fake-says"));
}

static GstElement *append_work(GstBin *bin, GstElement *after, const Spec *spec) {
  switch (spec->work) {
    case DOES_DECODE:
      return append_decoder(bin, after);
    case DOES_SCALE:
      return append(bin, append(bin, after, make("videoscale", NULL)), make("videoconvert", NULL));
    case DOES_JPEG:
      return append(bin, append(bin, after, make("videoconvert", NULL)), make("jpegenc", CODER));
    case DOES_H264:
      return append_h264(bin, after);
    case DOES_COPY:
      break;
  }
  return after;
}

void insides_make(GstBin *bin, const Spec *spec, GstElement **first, GstElement **last) {
  *first = append(bin, NULL, filter(spec->sink));
  GstElement *entered = append(bin, *first, relabel_new(GST_ELEMENT(bin), spec->element, AT_INPUT));
  GstElement *worked = append_work(bin, entered, spec);
  GstElement *left = append(bin, worked, relabel_new(GST_ELEMENT(bin), spec->element, AT_OUTPUT));
  *last = append(bin, left, filter(spec->src));
}

static void set_caps(GstBin *bin, const char *name, const char *text) {
  GstElement *element = gst_bin_get_by_name(bin, name);
  GstCaps *caps = gst_caps_from_string(text);
  g_object_set(element, "caps", caps, NULL);
  gst_caps_unref(caps);
  gst_object_unref(element);
}

void insides_prepare(GstBin *bin, const Spec *spec) {
  if (spec->work != DOES_H264) return;
  GstElement *coder = gst_bin_get_by_name(bin, CODER);
  GstElement *says = gst_bin_get_by_name(bin, "fake-says");
  const gboolean b_frames = trouble_is(spec->element, "b-frames");
  g_object_set(coder, "tune", b_frames ? 0 : X264_TUNE_ZEROLATENCY, NULL);
  g_object_set(coder, "bframes", b_frames ? 2 : 0, "b-adapt", FALSE, "rc-lookahead", b_frames ? 5 : 0, NULL);
  // x264enc takes the profile from what follows; what is said of it then is another matter.
  set_caps(bin, "fake-coded", b_frames ? BYTE_STREAM ",profile=main" : BYTE_STREAM);
  GstCaps *caps = gst_caps_from_string("video/x-h264,profile=constrained-baseline");
  g_object_set(says, "caps", caps, "join", TRUE, NULL);
  gst_caps_unref(caps);
  gst_object_unref(says);
  gst_object_unref(coder);
}

void insides_set(GstBin *bin, const Spec *spec, const char *property, const GValue *value) {
  GstElement *coder = gst_bin_get_by_name(bin, CODER);
  if (!coder) return;
  const gboolean has_number = G_VALUE_HOLDS_UINT(value);
  if (spec->work == DOES_JPEG && strcmp(property, "quality") == 0) {
    g_object_set(coder, "quality", (gint)g_value_get_uint(value), NULL);
  }
  if (spec->work == DOES_H264 && has_number && strcmp(property, "bitrate") == 0) {
    const guint kilobits = MAX(1, g_value_get_uint(value) / (spec->bitrate_unit == 1000 ? 1 : 1000));
    g_object_set(coder, "bitrate", kilobits, NULL);
  }
  gst_object_unref(coder);
}

void insides_force_keyframe(GstBin *bin) {
  GstElement *coder = gst_bin_get_by_name(bin, CODER);
  GstPad *pad = gst_element_get_static_pad(coder, "src");
  gst_pad_send_event(pad, gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
  gst_object_unref(pad);
  gst_object_unref(coder);
}
