// `faults`: makes a program's own pipelines fail, with no change to the program. GST_TRACERS=faults switches it on, and
// FAULTS_FILE names its control file, of one line:
//
//   FAULT ELEMENT MATCH
//
// The fault strikes at the element of that name (`tap`) in every pipeline that has an element with a property `device`
// or `location` that contains MATCH; in every pipeline where MATCH is left out. A fault that happens (segv, abort,
// error) happens once: the file is taken away first. One that lasts (hang, hang-start, hang-stop) lasts while the file
// says so. `eos` is the element's alone.
#pragma once

#include <gst/gst.h>

gboolean faults_tracer_register(GstPlugin *plugin);
