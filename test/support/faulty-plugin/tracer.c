#include "tracer.h"

#include <gst/gsttracer.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

typedef struct {
  GstTracer parent;
} FaultsTracer;

typedef struct {
  GstTracerClass parent_class;
} FaultsTracerClass;

typedef struct {
  Fault fault;
  char element[64];
  char match[256];
} Command;

enum { LOOK_EVERY_MS = 5 };

GType faults_tracer_get_type(void);
G_DEFINE_TYPE(FaultsTracer, faults_tracer, GST_TYPE_TRACER)

static const char *control_path(void) { return g_getenv("FAULTS_FILE"); }

static gboolean read_command(Command *command) {
  const char *path = control_path();
  FILE *file = path ? fopen(path, "re") : NULL;
  if (!file) return FALSE;
  char name[32] = "";
  command->match[0] = '\0';
  const int fields = fscanf(file, "%31s %63s %255s", name, command->element, command->match);
  fclose(file);
  command->fault = fault_of_name(name);
  return fields >= 2 && command->fault != FAULT_NONE;
}

static gboolean property_contains(GstElement *element, const char *property, const char *match) {
  GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), property);
  if (!spec || spec->value_type != G_TYPE_STRING) return FALSE;
  char *value = NULL;
  g_object_get(element, property, &value, NULL);
  const gboolean contains = value && strstr(value, match);
  g_free(value);
  return contains;
}

static gint compare_element(gconstpointer item, gconstpointer match) {
  GstElement *element = g_value_get_object((const GValue *)item);
  return property_contains(element, "device", match) || property_contains(element, "location", match) ? 0 : 1;
}

static gboolean is_meant(const Command *command, GstElement *element) {
  if (strcmp(GST_OBJECT_NAME(element), command->element) != 0) return FALSE;
  if (command->match[0] == '\0') return TRUE;
  GstObject *top = gst_object_ref(GST_OBJECT(element));
  for (GstObject *parent; (parent = gst_object_get_parent(top)); top = parent) gst_object_unref(top);
  gboolean meant = FALSE;
  if (GST_IS_BIN(top)) {
    GstIterator *all = gst_bin_iterate_recurse(GST_BIN(top));
    GValue found = G_VALUE_INIT;
    meant = gst_iterator_find_custom(all, compare_element, &found, (gpointer)command->match);
    if (meant) g_value_unset(&found);
    gst_iterator_free(all);
  }
  gst_object_unref(top);
  return meant;
}

// Of the pads' and elements' names only the one in the control file is looked at any closer.
static gboolean is_ordered(GstElement *element, Command *command) {
  return element && GST_IS_ELEMENT(element) && read_command(command) && is_meant(command, element);
}

static void last(Fault fault) {
  Command command;
  do g_usleep(LOOK_EVERY_MS * 1000);
  while (read_command(&command) && command.fault == fault);
}

static void on_push(GObject *self, GstClockTime time, GstPad *pad, GstBuffer *buffer) {
  (void)self, (void)time, (void)buffer;
  Command command;
  GstElement *element = GST_ELEMENT_CAST(GST_OBJECT_PARENT(pad));
  if (!is_ordered(element, &command) || !fault_is_at_buffer(command.fault)) return;
  if (command.fault == FAULT_HANG) return last(command.fault);
  // Whoever takes it away strikes, and nobody else.
  if (unlink(control_path()) == 0) fault_strike(command.fault, element);
}

static void on_change_state(GObject *self, GstClockTime time, GstElement *element, GstStateChange transition) {
  (void)self, (void)time;
  Command command;
  if (is_ordered(element, &command) && fault_is_at_transition(command.fault, transition)) last(command.fault);
}

static void faults_tracer_class_init(FaultsTracerClass *klass) { (void)klass; }

static void faults_tracer_init(FaultsTracer *self) {
  gst_tracing_register_hook(GST_TRACER(self), "pad-push-pre", G_CALLBACK(on_push));
  gst_tracing_register_hook(GST_TRACER(self), "element-change-state-pre", G_CALLBACK(on_change_state));
}

gboolean faults_tracer_register(GstPlugin *plugin) {
  return gst_tracer_register(plugin, "faults", faults_tracer_get_type());
}
