#include "elements.h"

namespace lenscast {
namespace {

void visitAll(GstIterator* elements, const ElementVisitor& visit) {
  const auto each = [](const GValue* item, gpointer data) {
    (*static_cast<const ElementVisitor*>(data))(GST_ELEMENT(g_value_get_object(item)));
  };
  gst_iterator_foreach(elements, each, const_cast<ElementVisitor*>(&visit));
  gst_iterator_free(elements);
}

}  // namespace

std::string factoryOf(GstElement* element) {
  GstElementFactory* factory = gst_element_get_factory(element);
  return factory == nullptr ? "" : toString(GST_OBJECT_NAME(factory));
}

bool isMadeBy(GstElement* element, const char* factory) { return factoryOf(element) == factory; }

bool hasProperty(GstElement* element, const char* property) {
  return g_object_class_find_property(G_OBJECT_GET_CLASS(element), property) != nullptr;
}

GstState stateOf(GstElement* element) {
  GST_OBJECT_LOCK(element);
  const GstState state = GST_STATE(element);
  GST_OBJECT_UNLOCK(element);
  return state;
}

void forEachElement(GstElement* pipeline, const ElementVisitor& visit) {
  if (GST_IS_BIN(pipeline)) visitAll(gst_bin_iterate_elements(GST_BIN(pipeline)), visit);
}

void forEachElementWithin(GstElement* pipeline, const ElementVisitor& visit) {
  if (GST_IS_BIN(pipeline)) visitAll(gst_bin_iterate_recurse(GST_BIN(pipeline)), visit);
}

}  // namespace lenscast
