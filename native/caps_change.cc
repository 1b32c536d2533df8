#include "caps_change.h"

#include <gst/base/gstbasetransform.h>

namespace lenscast {
namespace {

GQuark waitingKey() { return g_quark_from_static_string("lenscast-waiting-caps"); }

// Where a buffer that arrives finds nobody on its thread at work on the filter's caps: before the transform that
// negotiates them, which then takes them for this buffer already; else before the filter.
PadPtr padBefore(GstElement* capsfilter) {
  PadPtr own(gst_element_get_static_pad(capsfilter, "sink"));
  const PadPtr peer(own ? gst_pad_get_peer(own.get()) : nullptr);
  const ElementPtr before(peer ? gst_pad_get_parent_element(peer.get()) : nullptr);
  if (!before || !GST_IS_BASE_TRANSFORM(before.get())) return own;
  PadPtr first(gst_element_get_static_pad(before.get(), "sink"));
  return first ? std::move(first) : std::move(own);
}

// Puts these there, null for none, and gives those that waited. The lock makes one step of what is put there and of the
// probe that it needs.
CapsPtr exchangeWaiting(GstElement* capsfilter, const GstCaps* caps) {
  GST_OBJECT_LOCK(capsfilter);
  CapsPtr before(static_cast<GstCaps*>(g_object_steal_qdata(G_OBJECT(capsfilter), waitingKey())));
  if (caps != nullptr) {
    g_object_set_qdata_full(G_OBJECT(capsfilter), waitingKey(), gst_caps_copy(caps),
                            [](gpointer held) { gst_caps_unref(static_cast<GstCaps*>(held)); });
  }
  GST_OBJECT_UNLOCK(capsfilter);
  return before;
}

GstPadProbeReturn applyWaiting(GstPad*, GstPadProbeInfo* info, gpointer capsfilter) {
  const bool isEvent = (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) != 0;
  // Others come on any thread.
  if (isEvent && !GST_EVENT_IS_SERIALIZED(GST_PAD_PROBE_INFO_EVENT(info))) return GST_PAD_PROBE_OK;
  const CapsPtr caps = exchangeWaiting(static_cast<GstElement*>(capsfilter), nullptr);
  if (caps) g_object_set(capsfilter, "caps", caps.get(), nullptr);
  return GST_PAD_PROBE_REMOVE;
}

}  // namespace

void changeCaps(GstElement* capsfilter, const GstCaps* caps) {
  const PadPtr pad = padBefore(capsfilter);
  if (!pad || !GST_PAD_IS_ACTIVE(pad.get())) {
    exchangeWaiting(capsfilter, nullptr);
    g_object_set(capsfilter, "caps", caps, nullptr);
    return;
  }
  // The probe of those that waited takes these.
  if (exchangeWaiting(capsfilter, caps)) return;
  const auto kinds = static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST |
                                                  GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM);
  // The transform before it may outlive the filter for a moment.
  gst_pad_add_probe(pad.get(), kinds, applyWaiting, gst_object_ref(capsfilter), gst_object_unref);
}

}  // namespace lenscast
