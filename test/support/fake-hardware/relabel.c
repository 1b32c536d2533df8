#include "relabel.h"

#include <gst/base/gstbasetransform.h>
#include <signal.h>

#include "trouble.h"

typedef struct {
  GstBaseTransform parent;
  GstElement *outer;
  const char *element;
  Place place;
  guint buffers;
} Relabel;

typedef struct {
  GstBaseTransformClass parent_class;
} RelabelClass;

static GType relabel_get_type(void);

static GstStaticPadTemplate any_sink = GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate any_src = GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstBaseTransformClass *parent_class;

// The same caps in any memory.
static GstCaps *in_any_memory(const GstCaps *caps) {
  GstCaps *all = gst_caps_new_empty();
  for (guint i = 0; i < gst_caps_get_size(caps); i++) {
    GstStructure *structure = gst_caps_get_structure(caps, i);
    gst_caps_append_structure_full(all, gst_structure_copy(structure), gst_caps_features_new_any());
  }
  return all;
}

static GstCaps *transform_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps, GstCaps *filter) {
  (void)base, (void)direction;
  GstCaps *result = gst_caps_is_any(caps) ? gst_caps_ref(caps) : in_any_memory(caps);
  if (!filter) return result;
  GstCaps *both = gst_caps_intersect_full(result, filter, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref(result);
  return both;
}

// Inside the element all is system memory; outside it is what the neighbour wants, by the first of what is left.
static GstCaps *fixate_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps, GstCaps *other) {
  Relabel *self = (Relabel *)base;
  GstCaps *first = gst_caps_truncate(gst_caps_copy(other));
  gst_caps_unref(other);
  const gboolean to_inside = (direction == GST_PAD_SINK) == (self->place == AT_INPUT);
  if (to_inside || gst_caps_features_is_any(gst_caps_get_features(first, 0))) {
    gst_caps_set_features(first, 0, gst_caps_features_new(GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY, NULL));
  }
  (void)caps;
  return gst_caps_fixate(first);
}

static gboolean set_caps(GstBaseTransform *base, GstCaps *in, GstCaps *out) {
  (void)in, (void)out;
  Relabel *self = (Relabel *)base;
  return self->place != AT_INPUT || !trouble_is(self->element, "refuse-caps");
}

static GstFlowReturn transform_ip(GstBaseTransform *base, GstBuffer *buffer) {
  (void)buffer;
  Relabel *self = (Relabel *)base;
  if (self->place != AT_INPUT) return GST_FLOW_OK;
  self->buffers++;
  if (trouble_is(self->element, "segv")) raise(SIGSEGV);
  while (trouble_is(self->element, "stall-at-once")) g_usleep(5000);
  if (self->buffers < 17) return GST_FLOW_OK;
  while (trouble_is(self->element, "stall-at-17")) g_usleep(5000);
  if (!trouble_is(self->element, "error-at-17")) return GST_FLOW_OK;
  GST_ELEMENT_ERROR(self->outer, RESOURCE, FAILED, ("the fake chip fails as it was told"), ("buffer %u", self->buffers));
  return GST_FLOW_ERROR;
}

static void class_init(gpointer klass, gpointer data) {
  (void)data;
  parent_class = g_type_class_peek_parent(klass);
  gst_element_class_add_static_pad_template(GST_ELEMENT_CLASS(klass), &any_sink);
  gst_element_class_add_static_pad_template(GST_ELEMENT_CLASS(klass), &any_src);
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "Relabel", "Testing", "Names a memory", "Lenscast");
  GstBaseTransformClass *transform = GST_BASE_TRANSFORM_CLASS(klass);
  transform->transform_caps = transform_caps;
  transform->fixate_caps = fixate_caps;
  transform->set_caps = set_caps;
  transform->transform_ip = transform_ip;
}

// Several plugins bring the same code: the type is made once in a process.
static GType relabel_get_type(void) {
  static gsize type = 0;
  if (g_once_init_enter(&type)) {
    GType made = g_type_from_name("FakeHardwareRelabel");
    if (!made) {
      const GTypeInfo info = {
          .class_size = sizeof(RelabelClass), .class_init = class_init, .instance_size = sizeof(Relabel)};
      made = g_type_register_static(GST_TYPE_BASE_TRANSFORM, "FakeHardwareRelabel", &info, 0);
    }
    g_once_init_leave(&type, made);
  }
  return type;
}

GstElement *relabel_new(GstElement *outer, const char *element, Place place) {
  Relabel *self = g_object_new(relabel_get_type(), NULL);
  self->outer = outer;
  self->element = element;
  self->place = place;
  gst_base_transform_set_in_place(GST_BASE_TRANSFORM(self), TRUE);
  gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), FALSE);
  return GST_ELEMENT(self);
}
