// What a pipeline's bus and tap have to say, on its way to JavaScript.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "doorbell.h"
#include "errors.h"
#include "gst_ptr.h"
#include "thread_settings.h"

namespace lenscast {

struct Event {
  enum class Type { error, warning, eos, segmentDone, state };
  Type type;
  // Of an error or a warning.
  ElementReport report{};
  // Of a state.
  GstState state = GST_STATE_NULL;
};

// A bounded queue, safe on any thread. Where it is full the oldest warning goes first, then the oldest state; of
// errors the first 64 stay, since the first tells the cause.
class EventQueue {
 public:
  explicit EventQueue(std::shared_ptr<Doorbell> bell) : bell_(std::move(bell)) {}

  // An EOS is left out where one was seen since the last resetEos().
  void push(Event event);
  std::vector<Event> drain();
  // Before a start or a seek: its end of stream counts anew.
  void resetEos();
  // Between hold() and letGo() events wait: whether they are delivered or belong to a failed start isn't known yet.
  void hold();
  void letGo();
  // The first error that waits.
  std::optional<ElementReport> firstError() const;
  // Drops what waits and all that comes.
  void close();

  // Turns the messages of `bus` into events; the bus keeps none, since queued messages keep elements alive. Threads that
  // are told of get into `threads`, where there is one.
  static void watch(GstBus* bus, const GstElement* pipeline, const std::shared_ptr<EventQueue>& queue,
                    std::unique_ptr<ThreadPool> threads);

 private:
  bool makeRoom(Event::Type type);

  const std::shared_ptr<Doorbell> bell_;
  mutable std::mutex mutex_;
  std::deque<Event> waiting_;
  bool sawEos_ = false;
  bool held_ = false;
  bool closed_ = false;
};

// What an error or warning message says, passwords in URLs masked.
ElementReport reportOf(GstMessage* message);

}  // namespace lenscast
