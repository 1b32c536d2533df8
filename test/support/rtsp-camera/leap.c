#include "leap.h"

enum { RTP_CLOCK_PER_MS = 90, RTP_TIMESTAMP_AT = 4 };  // RFC 3550, section 5.1; RFC 6184, 7798 and 2435: 90 kHz

static void shift(GstBuffer *packet, gint64 leap_ms) {
  GstMapInfo map;
  if (!gst_buffer_map(packet, &map, GST_MAP_READWRITE)) return;
  guint8 *field = map.data + RTP_TIMESTAMP_AT;
  if (map.size >= RTP_TIMESTAMP_AT + sizeof(guint32))
    GST_WRITE_UINT32_BE(field, GST_READ_UINT32_BE(field) + (guint32)(leap_ms * RTP_CLOCK_PER_MS));
  gst_buffer_unmap(packet, &map);
}

static gboolean shift_of_list(GstBuffer **packet, guint index, gpointer leap_ms) {
  (void)index;
  *packet = gst_buffer_make_writable(*packet);
  shift(*packet, *(const gint64 *)leap_ms);
  return TRUE;
}

static GstPadProbeReturn on_packets(GstPad *pad, GstPadProbeInfo *info, gpointer feed) {
  (void)pad;
  gint64 leap_ms = feed_leap(feed);
  if (leap_ms == 0) return GST_PAD_PROBE_OK;
  if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    GstBufferList *list = gst_buffer_list_make_writable(GST_PAD_PROBE_INFO_BUFFER_LIST(info));
    gst_buffer_list_foreach(list, shift_of_list, &leap_ms);
    GST_PAD_PROBE_INFO_DATA(info) = list;
  } else {
    GstBuffer *packet = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    shift(packet, leap_ms);
    GST_PAD_PROBE_INFO_DATA(info) = packet;
  }
  return GST_PAD_PROBE_OK;
}

static void release_feed(gpointer feed) { feed_unref(feed); }

void leap_attach(GstElement *bin, Feed *feed) {
  GstElement *payloader = gst_bin_get_by_name(GST_BIN(bin), "pay0");
  GstPad *pad = gst_element_get_static_pad(payloader, "src");
  const GstPadProbeType what = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST;
  gst_pad_add_probe(pad, what, on_packets, feed_ref(feed), release_feed);
  gst_object_unref(pad);
  gst_object_unref(payloader);
}
