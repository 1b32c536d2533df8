#include "tap.h"

#include <utility>

#include "clock.h"
#include "jpeg.h"

namespace lenscast {

void Tap::attach(GstPad* pad, const std::shared_ptr<Tap>& tap) {
  const int types = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM;
  gst_pad_add_probe(pad, static_cast<GstPadProbeType>(types), onProbe, new std::shared_ptr<Tap>(tap),
                    [](gpointer data) { delete static_cast<std::shared_ptr<Tap>*>(data); });
}

GstPadProbeReturn Tap::onProbe(GstPad*, GstPadProbeInfo* info, gpointer data) {
  Tap& tap = **static_cast<std::shared_ptr<Tap>*>(data);
  const int type = GST_PAD_PROBE_INFO_TYPE(info);
  if (type & GST_PAD_PROBE_TYPE_BUFFER) {
    return tap.pass(GST_PAD_PROBE_INFO_BUFFER(info)) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
  }
  if (type & GST_PAD_PROBE_TYPE_BUFFER_LIST) return tap.passList(info) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
  if (type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) tap.onEvent(GST_PAD_PROBE_INFO_EVENT(info));
  return GST_PAD_PROBE_OK;
}

bool Tap::pass(GstBuffer* buffer) {
  const gsize size = gst_buffer_get_size(buffer);
  bool whole = true;
  bool damaged = false;
  if (jpeg_) {
    const ReadMap map(buffer);
    const JpegInfo info = inspectJpeg(map.data(), map.size());
    whole = info.complete;
    damaged = whole && !hasSoundScans(map.data(), info);
  }
  const std::lock_guard lock(mutex_);
  if (!whole) {
    stats_.corrupt += 1;
    return false;
  }
  stats_.buffers += 1;
  if (damaged) stats_.damaged += 1;
  stats_.bytes += size;
  stats_.lastMs = toMs(monotonicNs());
  return true;
}

bool Tap::passList(GstPadProbeInfo* info) {
  GstBufferList* list = gst_buffer_list_make_writable(GST_PAD_PROBE_INFO_BUFFER_LIST(info));
  GST_PAD_PROBE_INFO_DATA(info) = list;
  for (guint at = 0; at < gst_buffer_list_length(list);) {
    if (pass(gst_buffer_list_get(list, at))) {
      at += 1;
    } else {
      gst_buffer_list_remove(list, at, 1);
    }
  }
  return gst_buffer_list_length(list) > 0;
}

void Tap::onEvent(GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) {
    events_->push({Event::Type::eos});
    return;
  }
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  jpeg_ = gst_caps_get_size(caps) > 0 && gst_structure_has_name(gst_caps_get_structure(caps, 0), "image/jpeg");
  const CharsPtr text(gst_caps_to_string(caps));
  const std::lock_guard lock(mutex_);
  stats_.caps = toString(text.get());
}

TapStats Tap::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

}  // namespace lenscast
