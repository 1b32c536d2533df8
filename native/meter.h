// Watches an element with one sink pad and one source pad: what goes in, what comes out, and how long it takes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>

#include "gst_ptr.h"

namespace lenscast {

struct MeterStats {
  uint64_t in = 0;
  uint64_t out = 0;
  // Those that went in since the last one came out.
  uint64_t sinceOut = 0;
  // Buffers that came out with the time stamp of one that went in, and how long they took altogether.
  uint64_t timed = 0;
  int64_t busyNs = 0;
};

class Meter {
 public:
  // Adds probes that hold `meter` as long as the pads live. Throws ERR_INVALID_ARG where a pad is missing.
  static void attach(GstElement* element, const std::shared_ptr<Meter>& meter);

  MeterStats stats() const;

 private:
  struct Entry {
    GstClockTime runningTime = GST_CLOCK_TIME_NONE;
    int64_t atNs = 0;
  };

  void enter(GstClockTime runningTime);
  void leave(GstClockTime runningTime);

  mutable std::mutex mutex_;
  MeterStats stats_;
  // Those that went in last: encoders hold several, and give them back in another order.
  std::array<Entry, 32> entries_;
  size_t next_ = 0;
};

}  // namespace lenscast
