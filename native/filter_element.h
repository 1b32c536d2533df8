// What every element of ours has to tell GStreamer, so that each says only what it does.
#pragma once

#include <gst/base/gstbasetransform.h>

#include "gst_ptr.h"

namespace lenscast {

// What an element need not do. A filter derives from it and has at least `static constexpr FilterNames kNames` and
// `GstFlowReturn filter(GstBuffer*)`, which may change the buffer where kChangesBuffers is true. One filter for each
// element, of its streaming thread but for the properties.
struct FilterDefaults {
  static constexpr bool kChangesBuffers = false;
  static constexpr bool kChangesCaps = false;
  static void installProperties(GObjectClass*) {}
  void setProperty(guint, const GValue*) {}
  void getProperty(guint, GValue*) const {}
  void setCaps(GstCaps*) {}
  void stop() {}
  // Where kChangesCaps is true: what the other pad may have where this one has `caps`, and what the source pad has where
  // these are the sink pad's. Each gives a reference to its caller.
  GstCaps* otherCaps(GstCaps* caps) { return gst_caps_ref(caps); }
  GstCaps* outputCaps(GstCaps* input) { return gst_caps_ref(input); }
  // The source pad can't have `wanted`: leaves of what is offered that which is nearest.
  void choose(const GstCaps*, GstCaps*) {}
};

struct FilterNames {
  const char* type;
  const char* factory;
  const char* title;
  const char* description;
};

template <class Filter>
class FilterElement {
 public:
  // Makes the element known to GStreamer, in this process alone. Once, after gst_init().
  static void registerElement() {
    const GType type = g_type_register_static_simple(GST_TYPE_BASE_TRANSFORM, Filter::kNames.type, sizeof(Class),
                                                     initClass, sizeof(Element), initInstance, GTypeFlags(0));
    gst_element_register(nullptr, Filter::kNames.factory, GST_RANK_NONE, type);
  }

 private:
  struct Element {
    GstBaseTransform parent;
    Filter* filter;
  };
  struct Class {
    GstBaseTransformClass parent;
  };

  static Filter& filterOf(gpointer instance) { return *static_cast<Element*>(instance)->filter; }

  static void initInstance(GTypeInstance* instance, gpointer) {
    auto* element = reinterpret_cast<Element*>(instance);
    element->filter = new Filter;
    gst_base_transform_set_in_place(&element->parent, TRUE);
    // What changes nothing needs no buffer of its own.
    gst_base_transform_set_passthrough(&element->parent, !Filter::kChangesBuffers);
  }

  static void finalize(GObject* object) {
    delete reinterpret_cast<Element*>(object)->filter;
    G_OBJECT_CLASS(parentClass)->finalize(object);
  }

  static void setProperty(GObject* object, guint id, const GValue* value, GParamSpec*) {
    filterOf(object).setProperty(id, value);
    if (Filter::kChangesCaps) gst_base_transform_reconfigure_src(GST_BASE_TRANSFORM(object));
  }

  static void getProperty(GObject* object, guint id, GValue* value, GParamSpec*) {
    filterOf(object).getProperty(id, value);
  }

  static gboolean setCaps(GstBaseTransform* transform, GstCaps* in, GstCaps*) {
    filterOf(transform).setCaps(in);
    return TRUE;
  }

  static gboolean stop(GstBaseTransform* transform) {
    filterOf(transform).stop();
    return TRUE;
  }

  static GstCaps* transformCaps(GstBaseTransform* transform, GstPadDirection, GstCaps* caps, GstCaps* filter) {
    GstCaps* other = filterOf(transform).otherCaps(caps);
    if (filter == nullptr) return other;
    const CapsPtr all(other);
    return gst_caps_intersect_full(filter, other, GST_CAPS_INTERSECT_FIRST);
  }

  static GstCaps* fixateCaps(GstBaseTransform* transform, GstPadDirection direction, GstCaps* caps, GstCaps* other) {
    if (direction != GST_PAD_SINK) return gst_caps_fixate(other);
    const CapsPtr possible(other);
    const CapsPtr wanted(filterOf(transform).outputCaps(caps));
    // Caps whose one open field is left out count as fixed: what the next element takes wasn't asked.
    GstCaps* taken = gst_pad_peer_query_caps(GST_BASE_TRANSFORM_SRC_PAD(transform), possible.get());
    const CapsPtr offered(gst_caps_make_writable(taken));
    if (gst_caps_can_intersect(wanted.get(), offered.get())) {
      return gst_caps_fixate(gst_caps_intersect(wanted.get(), offered.get()));
    }
    filterOf(transform).choose(wanted.get(), offered.get());
    return gst_caps_is_empty(offered.get()) ? gst_caps_ref(wanted.get()) : gst_caps_fixate(gst_caps_copy(offered.get()));
  }

  static GstFlowReturn transformInPlace(GstBaseTransform* transform, GstBuffer* buffer) {
    return filterOf(transform).filter(buffer);
  }

  static void addPadTemplate(GstElementClass* element, const char* name, GstPadDirection direction) {
    const CapsPtr any(gst_caps_new_any());
    gst_element_class_add_pad_template(element, gst_pad_template_new(name, direction, GST_PAD_ALWAYS, any.get()));
  }

  static void initClass(gpointer rawClass, gpointer) {
    parentClass = static_cast<GstBaseTransformClass*>(g_type_class_peek_parent(rawClass));
    GObjectClass* object = G_OBJECT_CLASS(rawClass);
    object->finalize = finalize;
    object->set_property = setProperty;
    object->get_property = getProperty;
    Filter::installProperties(object);
    GstElementClass* element = GST_ELEMENT_CLASS(rawClass);
    addPadTemplate(element, "sink", GST_PAD_SINK);
    addPadTemplate(element, "src", GST_PAD_SRC);
    gst_element_class_set_static_metadata(element, Filter::kNames.title, "Filter/Video", Filter::kNames.description,
                                          "Lenscast");
    GstBaseTransformClass* transform = GST_BASE_TRANSFORM_CLASS(rawClass);
    transform->set_caps = setCaps;
    transform->stop = stop;
    transform->transform_ip = transformInPlace;
    if (!Filter::kChangesCaps) return;
    transform->transform_caps = transformCaps;
    transform->fixate_caps = fixateCaps;
    transform->passthrough_on_same_caps = Filter::kChangesBuffers;
  }

  static inline GstBaseTransformClass* parentClass = nullptr;
};

}  // namespace lenscast
