// What goes wrong. The names are those of the element's `fault` property and of the tracer's control file.
#pragma once

#include <gst/gst.h>

typedef enum {
  FAULT_NONE,
  FAULT_SEGV,        // raises SIGSEGV at a buffer
  FAULT_ABORT,       // raises SIGABRT at a buffer
  FAULT_ERROR,       // posts an error on the bus at a buffer
  FAULT_EOS,         // ends the stream at a buffer
  FAULT_HANG,        // blocks the streaming thread at a buffer
  FAULT_HANG_START,  // blocks in the change of state from NULL to READY
  FAULT_HANG_STOP,   // blocks in the change of state from READY to NULL
} Fault;

// FAULT_NONE for an unknown name.
Fault fault_of_name(const char *name);

// Whether it happens at a buffer, or in this change of state.
gboolean fault_is_at_buffer(Fault fault);
gboolean fault_is_at_transition(Fault fault, GstStateChange transition);

// Raises the signal, or posts the error in the element's name. Nothing for the faults that last.
void fault_strike(Fault fault, GstElement *element);
