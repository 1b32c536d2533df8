#include "v4l2_pools.h"

#include <gst/base/gstbasesrc.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "elements.h"

namespace lenscast {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(50);
constexpr auto kLongestWait = std::chrono::seconds(60);

// A pool refuses a configuration, even its own, while buffers of it are in use.
bool allReturned(GstBufferPool* pool) {
  return gst_buffer_pool_set_config(pool, gst_buffer_pool_get_config(pool));
}

// With no pipeline and no buffer left, what isn't ours is nobody's.
void dropForgotten(GstBufferPool* pool) {
  if (GST_OBJECT_REFCOUNT_VALUE(pool) == 2) gst_object_unref(pool);
}

}  // namespace

V4l2Pools::V4l2Pools(GstElement* pipeline) {
  forEachElementWithin(pipeline, [this](GstElement* element) {
    if (!isMadeBy(element, "v4l2src")) return;
    BufferPoolPtr pool(gst_base_src_get_buffer_pool(GST_BASE_SRC(element)));
    if (pool) pools_.push_back(std::move(pool));
  });
}

void V4l2Pools::reclaim() {
  const auto end = std::chrono::steady_clock::now() + kLongestWait;
  while (!pools_.empty() && std::chrono::steady_clock::now() < end) {
    const auto returned = [](const BufferPoolPtr& pool) {
      if (!allReturned(pool.get())) return false;
      dropForgotten(pool.get());
      return true;
    };
    pools_.erase(std::remove_if(pools_.begin(), pools_.end(), returned), pools_.end());
    if (!pools_.empty()) std::this_thread::sleep_for(kLookEvery);
  }
}

}  // namespace lenscast
