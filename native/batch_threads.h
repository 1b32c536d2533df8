// Threads that are better not woken at every single thing they wait for.
#pragma once

#include <gst/gst.h>

namespace lenscast {

// To be called for each message on the thread that posts it. A jitter buffer's thread is woken by each packet, under
// the lock that it needs next; where both threads have one CPU it comes between the packets of a picture and has to go
// again at once, twice for each. As SCHED_BATCH (sched(7)) it takes a picture's packets together, after whoever reads
// them.
void batchPackets(GstMessage* message);

}  // namespace lenscast
