// One of the plugins; FAKE_PLUGIN is its name, which tells elements of the same name apart.
#include <string.h>

#include "element.h"

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)

static gboolean plugin_init(GstPlugin *plugin) {
  for (const Spec *spec = fake_specs; spec->element; spec++) {
    if (strcmp(spec->plugin, TEXT(FAKE_PLUGIN)) == 0 && !fake_element_register(plugin, spec)) return FALSE;
  }
  return TRUE;
}

#define PACKAGE "lenscast-test-support"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, FAKE_PLUGIN, "A chip's elements in software", plugin_init, "1.0",
                  "MIT/X11", PACKAGE, "https://example.invalid/")
