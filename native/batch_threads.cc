#include "batch_threads.h"

#include <sched.h>

#include <string>

#include "gst_ptr.h"

namespace lenscast {
namespace {

bool isJitterBuffer(GstElement* element) {
  GstElementFactory* factory = element == nullptr ? nullptr : gst_element_get_factory(element);
  return factory != nullptr && toString(GST_OBJECT_NAME(factory)) == "rtpjitterbuffer";
}

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
  if (!isJitterBuffer(owner)) return;
  if (type == GST_STREAM_STATUS_TYPE_ENTER) changePolicy(SCHED_OTHER, SCHED_BATCH);
  // The thread may be used again for something else.
  if (type == GST_STREAM_STATUS_TYPE_LEAVE) changePolicy(SCHED_BATCH, SCHED_OTHER);
}

}  // namespace lenscast
