#include "frame_table.h"

#include <cstring>
#include <utility>

#include "errors.h"
#include "jpeg.h"

namespace lenscast {

// A sample, mapped for reading for as long as this lives.
struct FrameTable::Frame {
  explicit Frame(SamplePtr held) : sample(std::move(held)), map(gst_sample_get_buffer(sample.get())) {}

  const SamplePtr sample;
  const ReadMap map;
  // Weak.
  napi_ref buffer = nullptr;
  size_t size = 0;
  // release() was called, but the bytes are in use elsewhere.
  bool moved = false;
};

// What an ArrayBuffer's finalizer needs.
struct FrameTable::Hold {
  std::shared_ptr<FrameTable> table;
  uint64_t handle;
};

namespace {

struct Picture {
  int width = 0;
  int height = 0;
  size_t size = 0;
};

Picture describe(const GstSample* sample, const ReadMap& map) {
  Picture picture{0, 0, map.size()};
  const GstCaps* caps = gst_sample_get_caps(const_cast<GstSample*>(sample));
  if (caps == nullptr || gst_caps_get_size(caps) == 0) return picture;
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  gst_structure_get_int(structure, "width", &picture.width);
  gst_structure_get_int(structure, "height", &picture.height);
  if (!gst_structure_has_name(structure, "image/jpeg")) return picture;
  const JpegInfo info = inspectJpeg(map.data(), map.size());
  picture.size = info.size;
  if (picture.width <= 0 || picture.height <= 0) {
    picture.width = info.width;
    picture.height = info.height;
  }
  return picture;
}

void check(Napi::Env env, napi_status status) {
  if (status != napi_ok) throw Napi::Error::New(env);
}

}  // namespace

FrameTable::FrameTable() = default;
FrameTable::~FrameTable() = default;

Napi::Value FrameTable::add(Napi::Env env, Arrival arrival) {
  auto frame = std::make_unique<Frame>(std::move(arrival.sample));
  if (frame->map.size() == 0) return env.Null();
  const Picture picture = describe(frame->sample.get(), frame->map);
  const uint64_t handle = ++lastHandle_;
  frame->size = picture.size;
  const napi_value data = wrap(env, handle, *frame, const_cast<uint8_t*>(frame->map.data()), picture.size);
  liveBytes_ += picture.size;
  frames_.emplace(handle, std::move(frame));

  Napi::Object object = Napi::Object::New(env);
  object.Set("handle", static_cast<double>(handle));
  object.Set("data", data);
  object.Set("width", picture.width);
  object.Set("height", picture.height);
  object.Set("captureMs", arrival.captureMs);
  object.Set("arrivalMs", arrival.arrivalMs);
  object.Set("sequence", static_cast<double>(arrival.sequence));
  object.Set("keyframe", arrival.keyframe);
  return object;
}

napi_value FrameTable::wrap(Napi::Env env, uint64_t handle, Frame& frame, uint8_t* data, size_t size) {
  auto hold = std::make_unique<Hold>(Hold{shared_from_this(), handle});
  napi_value buffer = nullptr;
  napi_status status = napi_create_external_arraybuffer(env, data, size, onCollected, hold.get(), &buffer);
  if (status == napi_no_external_buffers_allowed) {
    void* copy = nullptr;
    check(env, napi_create_arraybuffer(env, size, &copy, &buffer));
    std::memcpy(copy, data, size);
    status = napi_add_finalizer(env, buffer, hold.get(), [](napi_env e, void* h, void*) { onCollected(e, nullptr, h); },
                                nullptr, nullptr);
  }
  check(env, status);
  hold.release();
  // Without this reference the finalizer still finds the frame.
  check(env, napi_create_reference(env, buffer, 0, &frame.buffer));
  return buffer;
}

void FrameTable::release(Napi::Env env, double number) {
  const auto handle = number >= 1 && number <= 9007199254740991.0 ? static_cast<uint64_t>(number) : 0;
  const auto found = frames_.find(handle);
  if (found == frames_.end() || found->second->moved || static_cast<double>(handle) != number) {
    throw AddonError(code::kNoFrame, "no frame has the handle " + std::to_string(handle) + ", or it was released");
  }
  Frame& frame = *found->second;
  napi_value buffer = nullptr;
  bool detached = false;
  check(env, napi_get_reference_value(env, frame.buffer, &buffer));
  if (buffer != nullptr) check(env, napi_is_detached_arraybuffer(env, buffer, &detached));
  // Only where this call itself detaches it does nobody else read the bytes.
  if (buffer == nullptr || detached || napi_detach_arraybuffer(env, buffer) != napi_ok) {
    frame.moved = true;
    return;
  }
  napi_delete_reference(env, std::exchange(frame.buffer, nullptr));
  forget(handle);
}

void FrameTable::forget(uint64_t handle) {
  const auto found = frames_.find(handle);
  if (found == frames_.end()) return;
  liveBytes_ -= found->second->size;
  frames_.erase(found);
}

void FrameTable::onCollected(napi_env env, void*, void* hint) {
  const std::unique_ptr<Hold> hold(static_cast<Hold*>(hint));
  const auto found = hold->table->frames_.find(hold->handle);
  if (found == hold->table->frames_.end()) return;
  napi_ref buffer = found->second->buffer;
  if (env != nullptr && buffer != nullptr) napi_delete_reference(env, buffer);
  hold->table->forget(hold->handle);
}

}  // namespace lenscast
