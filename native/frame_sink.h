// From an appsink's streaming thread to whoever takes frames: a slot for the newest picture, or a short queue where
// frames build on each other.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "doorbell.h"
#include "gst_ptr.h"

namespace lenscast {

struct Arrival {
  SamplePtr sample;
  // CLOCK_MONOTONIC milliseconds.
  double captureMs = 0;
  double arrivalMs = 0;
  // From 0, with the dropped ones.
  uint64_t sequence = 0;
  bool keyframe = true;
};

struct SinkStats {
  uint64_t received = 0;
  uint64_t dropped = 0;
  uint64_t taken = 0;
  uint64_t bytes = 0;
};

// All methods may be called on any thread. The streaming thread never waits for the taker: a picture that stands for
// itself replaces the one before it; frames that build on each other queue up to 16, and where that is full they are
// dropped up to the next keyframe, which then replaces all that wait.
class FrameSink {
 public:
  explicit FrameSink(std::shared_ptr<Doorbell> bell) : bell_(std::move(bell)) {}

  // Puts `sink` into the appsink's callbacks, which hold it as long as the appsink lives.
  static void attach(GstAppSink* appsink, const std::shared_ptr<FrameSink>& sink);

  // The newest picture, or the oldest frame of the queue.
  std::optional<Arrival> take();
  // Whether a frame waits that wasn't announced yet. The bell rings for a frame that finds none waiting, and again
  // where a take leaves some.
  bool announce();
  // Whether a frame waits.
  bool hasFrame() const;
  SinkStats stats() const;
  // Drops what waits and all that comes.
  void close();

 private:
  static GstFlowReturn onSample(GstAppSink* appsink, gpointer data);
  void put(Arrival arrival, bool independent);
  void enqueue(Arrival arrival, bool independent);

  const std::shared_ptr<Doorbell> bell_;
  mutable std::mutex mutex_;
  std::deque<Arrival> waiting_;
  SinkStats stats_;
  bool unannounced_ = false;
  bool needsKeyframe_ = false;
  bool closed_ = false;
};

}  // namespace lenscast
