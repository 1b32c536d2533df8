#include "live_decoders.h"

#include <gst/base/gstbasesrc.h>

#include "elements.h"

namespace lenscast {
namespace {

bool isLiveSource(GstElement* element) {
  if (GST_IS_BASE_SRC(element)) return gst_base_src_is_live(GST_BASE_SRC(element));
  return isMadeBy(element, "rtspsrc");
}

void preferSlices(GstElement* element) {
  if (factoryOf(element).rfind("avdec_", 0) != 0) return;
  if (hasProperty(element, "thread-type")) {
    gst_util_set_object_arg(G_OBJECT(element), "thread-type", "slice");
  } else if (hasProperty(element, "max-threads")) {
    // Before 1.18 there is only this.
    gst_util_set_object_arg(G_OBJECT(element), "max-threads", "1");
  }
}

bool hasLiveSource(GstElement* pipeline) {
  bool live = false;
  forEachElementWithin(pipeline, [&live](GstElement* element) { live = live || isLiveSource(element); });
  return live;
}

}  // namespace

void decodeWithoutDelay(GstElement* pipeline) {
  if (!GST_IS_BIN(pipeline) || !hasLiveSource(pipeline)) return;
  const auto onAdded = +[](GstBin*, GstBin*, GstElement* element, gpointer) { preferSlices(element); };
  g_signal_connect(pipeline, "deep-element-added", G_CALLBACK(onAdded), nullptr);
}

}  // namespace lenscast
