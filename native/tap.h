// Watches what leaves an element's source pad: counts it, reports the end of the stream, drops broken JPEGs.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "events.h"
#include "gst_ptr.h"

namespace lenscast {

struct TapStats {
  uint64_t buffers = 0;
  uint64_t bytes = 0;
  uint64_t corrupt = 0;
  // Passed on, but overwritten somewhere.
  uint64_t damaged = 0;
  // CLOCK_MONOTONIC milliseconds of the last good buffer; 0 before the first.
  double lastMs = 0;
  std::string caps;
};

// Reports EOS itself, since a shut valve downstream eats it and the bus never hears of it.
class Tap {
 public:
  explicit Tap(std::shared_ptr<EventQueue> events) : events_(std::move(events)) {}

  // Adds a probe to `pad` that holds `tap` as long as the pad lives.
  static void attach(GstPad* pad, const std::shared_ptr<Tap>& tap);

  TapStats stats() const;

 private:
  static GstPadProbeReturn onProbe(GstPad* pad, GstPadProbeInfo* info, gpointer data);
  bool pass(GstBuffer* buffer);
  bool passList(GstPadProbeInfo* info);
  void onEvent(GstEvent* event);

  const std::shared_ptr<EventQueue> events_;
  // Of the streaming thread alone.
  bool jpeg_ = false;
  mutable std::mutex mutex_;
  TapStats stats_;
};

}  // namespace lenscast
