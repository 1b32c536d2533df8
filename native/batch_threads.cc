#include "batch_threads.h"

#include <sched.h>

#include "elements.h"

namespace lenscast {
namespace {

// Whoever was given another policy keeps it. Neither direction takes privileges.
void changePolicy(int from, int to) {
  if (sched_getscheduler(0) != from) return;
  const sched_param usual{};
  sched_setscheduler(0, to, &usual);
}

}  // namespace

void batchPackets(GstMessage* message) {
  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_STREAM_STATUS) return;
  GstStreamStatusType type = GST_STREAM_STATUS_TYPE_CREATE;
  GstElement* owner = nullptr;
  gst_message_parse_stream_status(message, &type, &owner);
  if (owner == nullptr || !isMadeBy(owner, "rtpjitterbuffer")) return;
  if (type == GST_STREAM_STATUS_TYPE_ENTER) changePolicy(SCHED_OTHER, SCHED_BATCH);
  // The thread may be used again for something else.
  if (type == GST_STREAM_STATUS_TYPE_LEAVE) changePolicy(SCHED_BATCH, SCHED_OTHER);
}

}  // namespace lenscast
