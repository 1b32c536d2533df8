#include "software_decoders.h"

namespace lenscast {

void decodeInSoftware(GstElement* pipeline) {
  GstIterator* elements = gst_bin_iterate_recurse(GST_BIN(pipeline));
  const auto visit = [](const GValue* item, gpointer) {
    GObject* element = G_OBJECT(g_value_get_object(item));
    const char* property = "force-sw-decoders";
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), property) != nullptr) {
      g_object_set(element, property, TRUE, nullptr);
    }
  };
  gst_iterator_foreach(elements, visit, nullptr);
  gst_iterator_free(elements);
}

}  // namespace lenscast
