#include "element.h"

#include <gst/video/video.h>
#include <string.h>

#include "insides.h"
#include "trouble.h"

typedef struct {
  GstBin parent;
  const Spec *spec;
  GValue values[MOST_PROPERTIES];
  gboolean holds_session;
} Fake;

typedef struct {
  GstBinClass parent_class;
  const Spec *spec;
} FakeClass;

static GObjectClass *parent_class_of(gpointer object) {
  return g_type_class_peek_parent(g_type_class_peek(G_OBJECT_TYPE(object)));
}

static const Spec *spec_of(gpointer object) { return ((FakeClass *)G_OBJECT_GET_CLASS(object))->spec; }

// Sessions of all encoders of a kind in this process.
static gint sessions = 0;

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *param) {
  (void)param;
  Fake *self = (Fake *)object;
  g_value_copy(value, &self->values[id - 1]);
  insides_set(GST_BIN(self), spec_of(self), spec_of(self)->properties[id - 1].name, value);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *param) {
  (void)param;
  g_value_copy(&((Fake *)object)->values[id - 1], value);
}

static gboolean take_session(Fake *self) {
  if (spec_of(self)->work != DOES_H264) return TRUE;
  self->holds_session = TRUE;
  const gint others = g_atomic_int_add(&sessions, 1);
  if (others == 0 || !trouble_is(spec_of(self)->element, "one-session")) return TRUE;
  GST_ELEMENT_ERROR(self, RESOURCE, BUSY, ("the fake chip has no session to spare"), (NULL));
  return FALSE;
}

static void drop_session(Fake *self) {
  if (self->holds_session) g_atomic_int_dec_and_test(&sessions);
  self->holds_session = FALSE;
}

static GstStateChangeReturn change_state(GstElement *element, GstStateChange transition) {
  Fake *self = (Fake *)element;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    while (trouble_is(spec_of(self)->element, "hang-start")) g_usleep(5000);
    insides_prepare(GST_BIN(self), spec_of(self));
    if (!take_session(self)) return GST_STATE_CHANGE_FAILURE;
  }
  const GstStateChangeReturn result = GST_ELEMENT_CLASS(parent_class_of(self))->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) drop_session(self);
  return result;
}

static void on_keyframe_action(Fake *self) {
  if (trouble_is(spec_of(self)->element, "ignore-keyframe")) return;
  insides_force_keyframe(GST_BIN(self));
}

static GstPadProbeReturn on_upstream_event(GstPad *pad, GstPadProbeInfo *info, gpointer data) {
  (void)pad;
  const Spec *spec = data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT(info);
  if (!gst_video_event_is_force_key_unit(event)) return GST_PAD_PROBE_OK;
  const gboolean ignored = spec->keyframe_action || trouble_is(spec->element, "ignore-keyframe");
  return ignored ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

static void add_pad(Fake *self, const char *name, GstPad *target) {
  GstPadTemplate *template = gst_element_class_get_pad_template(GST_ELEMENT_GET_CLASS(self), name);
  GstPad *pad = gst_ghost_pad_new_from_template(name, target, template);
  gst_element_add_pad(GST_ELEMENT(self), pad);
  gst_object_unref(target);
}

static void constructed(GObject *object) {
  Fake *self = (Fake *)object;
  const Spec *spec = spec_of(self);
  parent_class_of(object)->constructed(object);
  GstElement *first, *last;
  insides_make(GST_BIN(self), spec, &first, &last);
  add_pad(self, "sink", gst_element_get_static_pad(first, "sink"));
  GstPad *out = gst_element_get_static_pad(last, "src");
  gst_pad_add_probe(out, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_upstream_event, (gpointer)spec, NULL);
  add_pad(self, "src", out);
}

static void finalize(GObject *object) {
  Fake *self = (Fake *)object;
  for (guint i = 0; i < MOST_PROPERTIES && spec_of(self)->properties[i].name; i++) g_value_unset(&self->values[i]);
  parent_class_of(object)->finalize(object);
}

static GType enum_of(const Spec *spec, const Property *property) {
  char *name = g_strdup_printf("Fake-%s-%s-%s", spec->plugin, spec->element, property->name);
  GType type = g_type_from_name(name);
  if (!type) {
    // They live as long as the type: for ever.
    char **nicks = g_strsplit(property->nicks, ",", -1);
    GEnumValue *values = g_new0(GEnumValue, g_strv_length(nicks) + 1);
    for (guint i = 0; nicks[i]; i++) values[i] = (GEnumValue){.value = i, .value_name = nicks[i], .value_nick = nicks[i]};
    type = g_enum_register_static(name, values);
  }
  g_free(name);
  return type;
}

static GParamSpec *param_of(const Spec *spec, const Property *property) {
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  switch (property->kind) {
    case IS_BOOLEAN:
      return g_param_spec_boolean(property->name, "", "", FALSE, flags);
    case IS_NUMBER:
      return g_param_spec_uint(property->name, "", "", 0, G_MAXUINT, 0, flags);
    case IS_TEXT:
      // As v4l2's extra-controls.
      if (strcmp(property->name, "extra-controls") == 0) {
        return g_param_spec_boxed(property->name, "", "", GST_TYPE_STRUCTURE, flags);
      }
      return g_param_spec_string(property->name, "", "", NULL, flags);
    case IS_ENUM:
      return g_param_spec_enum(property->name, "", "", enum_of(spec, property), 0, flags);
  }
  return NULL;
}

static void add_template(GstElementClass *klass, const char *name, GstPadDirection direction, const char *text) {
  GstCaps *caps = gst_caps_from_string(text);
  gst_element_class_add_pad_template(klass, gst_pad_template_new(name, direction, GST_PAD_ALWAYS, caps));
  gst_caps_unref(caps);
}

static void class_init(gpointer klass, gpointer data) {
  const Spec *spec = data;
  ((FakeClass *)klass)->spec = spec;
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->constructed = constructed;
  object_class->finalize = finalize;
  for (guint i = 0; i < MOST_PROPERTIES && spec->properties[i].name; i++) {
    g_object_class_install_property(object_class, i + 1, param_of(spec, &spec->properties[i]));
  }
  GstElementClass *element_class = GST_ELEMENT_CLASS(klass);
  element_class->change_state = change_state;
  add_template(element_class, "sink", GST_PAD_SINK, spec->sink);
  add_template(element_class, "src", GST_PAD_SRC, spec->src);
  gst_element_class_set_static_metadata(element_class, spec->element, "Testing", "A chip's work in software", "Lenscast");
  if (!spec->keyframe_action) return;
  g_signal_new_class_handler(spec->keyframe_action, G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
                             G_CALLBACK(on_keyframe_action), NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void instance_init(GTypeInstance *instance, gpointer klass) {
  Fake *self = (Fake *)instance;
  self->spec = ((FakeClass *)klass)->spec;
  for (guint i = 0; i < MOST_PROPERTIES && self->spec->properties[i].name; i++) {
    g_value_init(&self->values[i], g_object_class_find_property(klass, self->spec->properties[i].name)->value_type);
  }
}

gboolean fake_element_register(GstPlugin *plugin, const Spec *spec) {
  if (trouble_is_absent(spec->element)) return TRUE;
  char *name = g_strdup_printf("Fake-%s-%s", spec->plugin, spec->element);
  const GTypeInfo info = {.class_size = sizeof(FakeClass),
                          .class_init = class_init,
                          .class_data = spec,
                          .instance_size = sizeof(Fake),
                          .instance_init = instance_init};
  const GType type = g_type_register_static(GST_TYPE_BIN, name, &info, 0);
  g_free(name);
  return gst_element_register(plugin, spec->element, GST_RANK_NONE, type);
}
