#include "keyframe_gate.h"

#include "clock.h"
#include "elements.h"

namespace lenscast {

namespace {

// Longer than the distance of two keyframes in any camera's stream.
constexpr int64_t kLongestWaitNs = 10'000'000'000;

}  // namespace

void KeyframeGate::attachToValves(GstElement* pipeline) {
  forEachElementWithin(pipeline, [](GstElement* element) {
    if (isMadeBy(element, "valve")) attach(element);
  });
}

void KeyframeGate::attach(GstElement* valve) {
  const PadPtr pad(gst_element_get_static_pad(valve, "sink"));
  const int types = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST;
  gst_pad_add_probe(pad.get(), static_cast<GstPadProbeType>(types), onProbe, new KeyframeGate(valve),
                    [](gpointer data) { delete static_cast<KeyframeGate*>(data); });
}

GstPadProbeReturn KeyframeGate::onProbe(GstPad*, GstPadProbeInfo* info, gpointer data) {
  KeyframeGate& gate = *static_cast<KeyframeGate*>(data);
  if (gate.valveIsShut()) {
    gate.waiting_ = true;
    gate.waitingSinceNs_ = 0;
    return GST_PAD_PROBE_OK;
  }
  if (!gate.waiting_) return GST_PAD_PROBE_OK;
  const bool one = GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER;
  const bool passes = one ? gate.pass(GST_PAD_PROBE_INFO_BUFFER(info)) : gate.passList(info);
  return passes ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

bool KeyframeGate::valveIsShut() const {
  gboolean shut = FALSE;
  g_object_get(valve_, "drop", &shut, nullptr);
  return shut;
}

bool KeyframeGate::pass(GstBuffer* buffer) {
  if (!waiting_) return true;
  const int64_t now = monotonicNs();
  if (waitingSinceNs_ == 0) waitingSinceNs_ = now;
  const bool isDelta = GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  waiting_ = isDelta && now - waitingSinceNs_ < kLongestWaitNs;
  return !waiting_;
}

bool KeyframeGate::passList(GstPadProbeInfo* info) {
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

}  // namespace lenscast
