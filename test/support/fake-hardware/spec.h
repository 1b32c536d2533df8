// What the fake elements are: names, pads and properties of the real ones.
#pragma once

#include <gst/gst.h>

typedef enum { DOES_DECODE, DOES_SCALE, DOES_COPY, DOES_JPEG, DOES_H264 } Work;

typedef enum { IS_BOOLEAN, IS_NUMBER, IS_ENUM, IS_TEXT } Kind;

typedef struct {
  const char *name;
  Kind kind;
  // Of an enumeration: its nicks, separated by commas, numbered from 0.
  const char *nicks;
} Property;

enum { MOST_PROPERTIES = 16 };

typedef struct {
  const char *plugin;
  const char *element;
  Work work;
  const char *sink;
  const char *src;
  // In bit/s of one: what `bitrate` counts in.
  guint bitrate_unit;
  // The action that asks for a keyframe; such an element ignores the event.
  const char *keyframe_action;
  Property properties[MOST_PROPERTIES];
} Spec;

// Ends with one whose `element` is NULL.
extern const Spec fake_specs[];
