// The frames that JavaScript has, by their handles: external ArrayBuffers over mapped GstBuffers.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "frame_sink.h"

namespace lenscast {

// One for each environment, used on its JavaScript thread only.
//
// A frame's bytes live until release() or, where JavaScript forgot the frame, until the garbage collector took its
// ArrayBuffer. Node runs an external ArrayBuffer's finalizer some time after it was detached, so release() unmaps and
// unrefs itself; the finalizer then finds the frame gone from the table. The table outlives the environment as long as
// finalizers are still to come.
class FrameTable : public std::enable_shared_from_this<FrameTable> {
 public:
  FrameTable();
  FrameTable(const FrameTable&) = delete;
  FrameTable& operator=(const FrameTable&) = delete;
  ~FrameTable();

  // Makes a NativeFrame of the contract; null where the buffer is empty or can't be mapped.
  Napi::Value add(Napi::Env env, Arrival arrival);
  // Throws ERR_NO_FRAME. Bytes that JavaScript moved elsewhere (ArrayBuffer.prototype.transfer) stay until collected.
  void release(Napi::Env env, double handle);

  size_t liveFrames() const { return frames_.size(); }
  uint64_t liveBytes() const { return liveBytes_; }

 private:
  struct Frame;
  struct Hold;

  static void onCollected(napi_env env, void* data, void* hint);
  napi_value wrap(Napi::Env env, uint64_t handle, Frame& frame, uint8_t* data, size_t size);
  void forget(uint64_t handle);

  std::unordered_map<uint64_t, std::unique_ptr<Frame>> frames_;
  uint64_t lastHandle_ = 0;
  uint64_t liveBytes_ = 0;
};

}  // namespace lenscast
