// `faulty`: passes buffers on until, after `after-buffers` of them, its `fault` happens. The faults that last (hang,
// hang-start, hang-stop) last for `hang-ms`.
#pragma once

#include <gst/gst.h>

gboolean faulty_element_register(GstPlugin *plugin);
