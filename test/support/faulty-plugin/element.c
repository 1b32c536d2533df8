#include "element.h"

#include <gst/base/gstbasetransform.h>

#include "fault.h"

typedef struct {
  GstBaseTransform parent;
  char *fault;
  guint after_buffers;
  guint hang_ms;
  guint passed;
} Faulty;

typedef struct {
  GstBaseTransformClass parent_class;
} FaultyClass;

enum { PROP_FAULT = 1, PROP_AFTER_BUFFERS, PROP_HANG_MS };

GType faulty_get_type(void);
G_DEFINE_TYPE(Faulty, faulty, GST_TYPE_BASE_TRANSFORM)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static Fault faulty_fault(Faulty *self) {
  GST_OBJECT_LOCK(self);
  Fault fault = fault_of_name(self->fault ? self->fault : "none");
  GST_OBJECT_UNLOCK(self);
  return fault;
}

static GstFlowReturn faulty_transform_ip(GstBaseTransform *base, GstBuffer *buffer) {
  (void)buffer;
  Faulty *self = (Faulty *)base;
  Fault fault = faulty_fault(self);
  if (self->passed++ < self->after_buffers || !fault_is_at_buffer(fault)) return GST_FLOW_OK;
  fault_strike(fault, GST_ELEMENT(self));
  if (fault == FAULT_HANG) g_usleep((gulong)self->hang_ms * 1000);
  if (fault == FAULT_EOS) return GST_FLOW_EOS;
  return fault == FAULT_ERROR ? GST_FLOW_ERROR : GST_FLOW_OK;
}

static GstStateChangeReturn faulty_change_state(GstElement *element, GstStateChange transition) {
  Faulty *self = (Faulty *)element;
  if (fault_is_at_transition(faulty_fault(self), transition)) g_usleep((gulong)self->hang_ms * 1000);
  return GST_ELEMENT_CLASS(faulty_parent_class)->change_state(element, transition);
}

static void faulty_set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec) {
  Faulty *self = (Faulty *)object;
  GST_OBJECT_LOCK(self);
  if (id == PROP_FAULT) {
    g_free(self->fault);
    self->fault = g_value_dup_string(value);
  } else if (id == PROP_AFTER_BUFFERS) {
    self->after_buffers = g_value_get_uint(value);
  } else if (id == PROP_HANG_MS) {
    self->hang_ms = g_value_get_uint(value);
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
  GST_OBJECT_UNLOCK(self);
}

static void faulty_finalize(GObject *object) {
  g_free(((Faulty *)object)->fault);
  G_OBJECT_CLASS(faulty_parent_class)->finalize(object);
}

static void faulty_class_init(FaultyClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS(klass);
  object_class->set_property = faulty_set_property;
  object_class->finalize = faulty_finalize;
  const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS;
  g_object_class_install_property(object_class, PROP_FAULT, g_param_spec_string("fault", "", "", NULL, flags));
  g_object_class_install_property(object_class, PROP_AFTER_BUFFERS,
                                  g_param_spec_uint("after-buffers", "", "", 0, G_MAXUINT, 0, flags));
  g_object_class_install_property(object_class, PROP_HANG_MS,
                                  g_param_spec_uint("hang-ms", "", "", 0, G_MAXUINT, 0, flags));
  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_add_static_pad_template(element_class, &src_template);
  gst_element_class_set_static_metadata(element_class, "Faulty", "Testing", "Fails on demand", "Lenscast");
  element_class->change_state = faulty_change_state;
  GST_BASE_TRANSFORM_CLASS(klass)->transform_ip = faulty_transform_ip;
}

static void faulty_init(Faulty *self) {
  self->hang_ms = 3600 * 1000;
  gst_base_transform_set_in_place(GST_BASE_TRANSFORM(self), TRUE);
  gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), FALSE);
}

gboolean faulty_element_register(GstPlugin *plugin) {
  return gst_element_register(plugin, "faulty", GST_RANK_NONE, faulty_get_type());
}
