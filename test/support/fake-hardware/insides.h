// What works inside a fake element: software, between two passes that name the chip's memory.
#pragma once

#include "spec.h"

void insides_make(GstBin *bin, const Spec *spec, GstElement **first, GstElement **last);

// Before each start, for what an element is told to do wrong with it.
void insides_prepare(GstBin *bin, const Spec *spec);

// A property of the fake element was set.
void insides_set(GstBin *bin, const Spec *spec, const char *property, const GValue *value);

void insides_force_keyframe(GstBin *bin);
