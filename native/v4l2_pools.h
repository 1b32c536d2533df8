// Takes back what v4l2src forgets.
#pragma once

#include <vector>

#include "gst_ptr.h"

namespace lenscast {

// GStreamer 1.22.0's v4l2src leaves a reference to its buffer pool behind at each start; the pool keeps the element,
// the device and eight descriptors. Holds the pools of a pipeline's v4l2src elements over its end, then drops that
// reference, where it is really left.
class V4l2Pools {
 public:
  // Before the pipeline goes to NULL.
  explicit V4l2Pools(GstElement* pipeline);
  V4l2Pools(const V4l2Pools&) = delete;
  V4l2Pools& operator=(const V4l2Pools&) = delete;

  bool empty() const { return pools_.empty(); }
  // After the pipeline was freed; blocks until the frames that are still in use came back, up to a minute.
  void reclaim();

 private:
  std::vector<BufferPoolPtr> pools_;
};

}  // namespace lenscast
