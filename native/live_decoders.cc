#include "live_decoders.h"

#include <gst/base/gstbasesrc.h>

namespace lenscast {
namespace {

bool isLiveSource(GstElement* element) {
  if (GST_IS_BASE_SRC(element)) return gst_base_src_is_live(GST_BASE_SRC(element));
  GstElementFactory* factory = gst_element_get_factory(element);
  return factory && toString(GST_OBJECT_NAME(factory)) == "rtspsrc";
}

bool has(GstElement* element, const char* property) {
  return g_object_class_find_property(G_OBJECT_GET_CLASS(element), property) != nullptr;
}

void preferSlices(GstElement* element) {
  GstElementFactory* factory = gst_element_get_factory(element);
  if (!factory || !g_str_has_prefix(GST_OBJECT_NAME(factory), "avdec_")) return;
  if (has(element, "thread-type")) {
    gst_util_set_object_arg(G_OBJECT(element), "thread-type", "slice");
  } else if (has(element, "max-threads")) {
    // Before 1.18 there is only this.
    gst_util_set_object_arg(G_OBJECT(element), "max-threads", "1");
  }
}

bool hasLiveSource(GstElement* pipeline) {
  GstIterator* elements = gst_bin_iterate_recurse(GST_BIN(pipeline));
  bool live = false;
  const auto visit = [](const GValue* item, gpointer found) {
    if (isLiveSource(GST_ELEMENT(g_value_get_object(item)))) *static_cast<bool*>(found) = true;
  };
  gst_iterator_foreach(elements, visit, &live);
  gst_iterator_free(elements);
  return live;
}

}  // namespace

void decodeWithoutDelay(GstElement* pipeline) {
  if (!GST_IS_BIN(pipeline) || !hasLiveSource(pipeline)) return;
  const auto onAdded = +[](GstBin*, GstBin*, GstElement* element, gpointer) { preferSlices(element); };
  g_signal_connect(pipeline, "deep-element-added", G_CALLBACK(onAdded), nullptr);
}

}  // namespace lenscast
