#include "churn.h"

#include <algorithm>

namespace {

constexpr int64_t kTimeoutUs = 10000000;
constexpr int64_t kTickUs = 100000;

}  // namespace

class Churn::Visitor : public Pollable {
 public:
  Visitor(Churn &churn, bool abrupt)
      : viewer(churn.options_, churn.never_, churn.unused_, CaptureTime::kUnknown), churn_(churn), abrupt_(abrupt) {
    churn.poller_.add(viewer.connection().fd(), EPOLLOUT, *this);
  }

  void on_ready(uint32_t) override {
    if (!viewer.has_request_out()) {
      if (!viewer.connected()) return churn_.end(*this, End::kRefused);
      churn_.poller_.change(viewer.connection().fd(), EPOLLIN, *this);
      return;
    }
    // Little at a time, so that there is a middle of the frame.
    bool open = viewer.read_ready(churn_.buffer_, 8192);
    if (!open) return churn_.end(*this, End::kRefused);
    if (abrupt_ && viewer.inside_frame()) return churn_.end(*this, End::kReset);
    if (!abrupt_ && viewer.frames_ever() > 0) return churn_.end(*this, End::kClosed);
  }

  Viewer viewer;
  int64_t since_us = now_us();

 private:
  Churn &churn_;
  bool abrupt_;
};

Churn::Churn(const Options &options, Poller &poller)
    : options_(options), poller_(poller), buffer_(64 * 1024, '\0') {}

Churn::~Churn() = default;

int64_t Churn::tick(int64_t now) {
  for (size_t i = visitors_.size(); i-- > 0;) {
    if (now - visitors_[i]->since_us > kTimeoutUs) end(*visitors_[i], End::kTimedOut);
  }
  while (counts_.connected < options_.churn && visitors_.size() < static_cast<size_t>(options_.concurrency))
    visitors_.push_back(std::make_unique<Visitor>(*this, counts_.connected++ % 2 == 1));
  return done() ? INT64_MAX : now + kTickUs;
}

void Churn::end(Visitor &visitor, End how) {
  const ViewerCounts &seen = visitor.viewer.counts();
  if (how == End::kClosed) {
    counts_.closed++;
    counts_.first_frame_ms.push_back(static_cast<float>(seen.first_frame_ms));
  } else if (how == End::kReset) {
    counts_.reset++;
    visitor.viewer.connection().reset();
  } else if (how == End::kTimedOut) {
    counts_.timed_out++;
  } else {
    counts_.refused++;
    counts_.failure = seen.failure;
  }
  auto found = std::find_if(visitors_.begin(), visitors_.end(), [&](auto &one) { return one.get() == &visitor; });
  visitors_.erase(found);
}
