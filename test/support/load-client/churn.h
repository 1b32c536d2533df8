// Viewers that come and go: one half closes after a whole frame, the other is reset in the middle of one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "options.h"
#include "poller.h"
#include "viewer.h"

struct ChurnCounts {
  int connected = 0;
  int closed = 0;     // after a whole frame
  int reset = 0;      // with a RST in the middle of a frame
  int refused = 0;    // the connection failed, or the answer was no stream
  int timed_out = 0;  // neither within 10 s
  std::string failure;  // of the last one refused
  std::vector<float> first_frame_ms;
};

class Churn {
 public:
  Churn(const Options &options, Poller &poller);
  ~Churn();

  // As Load::tick: keeps Options::concurrency visitors under way.
  int64_t tick(int64_t now);
  bool done() const { return visitors_.empty() && counts_.connected == options_.churn; }
  const ChurnCounts &counts() const { return counts_; }

 private:
  class Visitor;
  enum class End { kClosed, kReset, kRefused, kTimedOut };
  void end(Visitor &visitor, End how);

  const Options &options_;
  Poller &poller_;
  Window never_{0, 0};
  std::vector<float> unused_;
  std::string buffer_;
  ChurnCounts counts_;
  std::vector<std::unique_ptr<Visitor>> visitors_;
};
