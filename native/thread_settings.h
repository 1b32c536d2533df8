// Where and with what weight a pipeline's streaming threads run.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <vector>

#include "gst_ptr.h"

namespace lenscast {

struct ThreadSettings {
  // nice(2), 0 to 19: 0 is as every other thread.
  int nice = 0;
  // The CPUs that they may use, sched_setaffinity(2); empty: those of the process.
  std::vector<int> cpus;

  bool areUsual() const { return nice == 0 && cpus.empty(); }
};

// Gives streaming threads their settings. Their own pool starts a thread for each task and joins it behind it: a nice
// value can't be taken back without privileges, so such a thread must not be used again for somebody else. What
// encoders and decoders start themselves inherits the settings (sched(7), pthreads(7)).
class ThreadPool {
 public:
  // Throws ERR_INVALID_ARG where none of the CPUs is one that the process may use.
  explicit ThreadPool(ThreadSettings settings);

  // To be called for each message on the thread that posts it: what is about to start a task gets the pool.
  void adopt(GstMessage* message) const;

 private:
  const Owned<GstTaskPool, gst_object_unref> pool_;
};

}  // namespace lenscast
