// A chip's element, done in software.
#pragma once

#include "spec.h"

// Nothing where the element is told to be absent.
gboolean fake_element_register(GstPlugin *plugin, const Spec *spec);
