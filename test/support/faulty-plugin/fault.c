#include "fault.h"

#include <signal.h>
#include <string.h>

static const struct {
  const char *name;
  Fault fault;
} names[] = {
    {"segv", FAULT_SEGV}, {"abort", FAULT_ABORT},           {"error", FAULT_ERROR},         {"eos", FAULT_EOS},
    {"hang", FAULT_HANG}, {"hang-start", FAULT_HANG_START}, {"hang-stop", FAULT_HANG_STOP},
};

Fault fault_of_name(const char *name) {
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    if (strcmp(names[i].name, name) == 0) return names[i].fault;
  }
  return FAULT_NONE;
}

gboolean fault_is_at_buffer(Fault fault) { return fault >= FAULT_SEGV && fault <= FAULT_HANG; }

gboolean fault_is_at_transition(Fault fault, GstStateChange transition) {
  return (fault == FAULT_HANG_START && transition == GST_STATE_CHANGE_NULL_TO_READY) ||
         (fault == FAULT_HANG_STOP && transition == GST_STATE_CHANGE_READY_TO_NULL);
}

void fault_strike(Fault fault, GstElement *element) {
  switch (fault) {
    case FAULT_SEGV:
      raise(SIGSEGV);
      break;
    case FAULT_ABORT:
      raise(SIGABRT);
      break;
    case FAULT_ERROR:
      GST_ELEMENT_ERROR(element, RESOURCE, FAILED, ("the test plugin fails as it was told"), (NULL));
      break;
    default:
      break;
  }
}
