#include "load.h"

#include <algorithm>

namespace {

constexpr size_t kBufferBytes = 1024 * 1024;
constexpr int64_t kSlowTickUs = 10000;

}  // namespace

FastViewer::FastViewer(Load &load, CaptureTime capture_time)
    : viewer(load.options, load.window, load.latencies_ms, capture_time), load_(load) {
  load.poller.add(viewer.connection().fd(), EPOLLOUT, *this);
}

void FastViewer::on_ready(uint32_t) {
  if (viewer.has_request_out())
    viewer.read_ready(load_.buffer);
  else if (viewer.connected())
    load_.poller.change(viewer.connection().fd(), EPOLLIN, *this);
}

StalledViewer::StalledViewer(Load &load)
    : viewer(load.options, load.window, load.stalled_latencies_ms,
             load.options.decode_timecode ? CaptureTime::kPicture : CaptureTime::kStamp), load_(load) {
  load.poller.add(viewer.connection().fd(), EPOLLOUT, *this);
}

void StalledViewer::on_ready(uint32_t) {
  if (!viewer.has_request_out()) {
    if (viewer.connected()) load_.poller.change(viewer.connection().fd(), EPOLLIN, *this);
  } else if (stalled_ && !resumed) {
    viewer.close("closed by the server");  // all that a stalled viewer waits for
  } else {
    // Small reads before the stall, so that it sets in with the first frame.
    read(resumed ? SIZE_MAX : 4096);
  }
}

void StalledViewer::read(size_t budget_bytes) {
  if (!viewer.read_ready(load_.buffer, budget_bytes) || stalled_ || viewer.frames_ever() == 0) return;
  stalled_ = true;
  load_.poller.change(viewer.connection().fd(), EPOLLRDHUP, *this);
}

void StalledViewer::resume() {
  if (viewer.counts().closed || !viewer.has_request_out()) return;
  resumed = stalled_ = true;
  viewer.record_ages();
  load_.poller.change(viewer.connection().fd(), EPOLLIN, *this);
}

void StalledViewer::tick(int64_t now) {
  int64_t elapsed_us = std::min<int64_t>(now - last_tick_us_, 1000000);
  if (!stalled_ || resumed || viewer.counts().closed || elapsed_us < kSlowTickUs) return;
  bool first = last_tick_us_ == 0;
  last_tick_us_ = now;
  size_t budget = static_cast<size_t>(load_.options.slow_bps * elapsed_us / 8 / 1000000);
  if (!first && budget > 0) read(budget);
}

Load::Load(const Options &load_options, const Window &load_window, Poller &load_poller)
    : options(load_options), window(load_window), poller(load_poller), buffer(kBufferBytes, '\0') {
  int fast_count = options.viewers - options.stalled;
  for (int i = 0; i < fast_count; i++) {
    CaptureTime of_decoded = i < options.decode_sample ? CaptureTime::kPicture : CaptureTime::kUnknown;
    CaptureTime capture_time = options.decode_timecode ? of_decoded : CaptureTime::kStamp;
    fast.push_back(std::make_unique<FastViewer>(*this, capture_time));
  }
  for (int i = 0; i < options.stalled; i++) stalled.push_back(std::make_unique<StalledViewer>(*this));
}

int64_t Load::tick(int64_t now) {
  if (options.decode_timecode) {
    size_t decoded = std::min(fast.size(), static_cast<size_t>(options.decode_sample));
    for (size_t i = 0; i < decoded; i++) fast[i]->viewer.decode_pictures();
    for (auto &one : stalled) one->viewer.decode_pictures();
  }
  if (stalled.empty()) return INT64_MAX;
  int64_t resume_us = INT64_MAX;
  if (options.resume_after_s >= 0) resume_us = start_us_ + static_cast<int64_t>(options.resume_after_s * 1e6);
  if (!resumed_ && now >= resume_us) {
    resumed_ = true;
    for (auto &one : stalled) one->resume();
  }
  if (options.slow_bps > 0 && !resumed_) {
    for (auto &one : stalled) one->tick(now);
    return now + kSlowTickUs;
  }
  return resumed_ ? INT64_MAX : resume_us;
}
