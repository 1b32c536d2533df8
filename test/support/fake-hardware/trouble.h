// What an element is told to do wrong. FAKE_HARDWARE_FILE names a file with lines
//
//   ELEMENT TROUBLE
//
// that is read when it matters, so that a test can change it while a program runs. FAKE_HARDWARE_ABSENT names elements,
// separated by commas, that aren't registered.
#pragma once

#include <gst/gst.h>

// absent is FAKE_HARDWARE_ABSENT's. Each of the others: refuse-caps, error-at-17, hang-start, segv, stall-at-17,
// stall-at-once, b-frames, ignore-keyframe, one-session.
gboolean trouble_is(const char *element, const char *trouble);

gboolean trouble_is_absent(const char *element);
