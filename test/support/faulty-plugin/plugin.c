#include "element.h"
#include "tracer.h"

static gboolean plugin_init(GstPlugin *plugin) {
  return faulty_element_register(plugin) && faults_tracer_register(plugin);
}

#define PACKAGE "lenscast-test-support"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, faulty, "Fails on demand", plugin_init, "1.0", "MIT/X11",
                  PACKAGE, "https://example.invalid/")
