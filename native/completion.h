// Work on threads of its own that may hang for ever: GStreamer's state changes.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

namespace lenscast {

using Milliseconds = std::chrono::duration<double, std::milli>;
// How many pieces of work were given up and still hang.
using AbandonedCount = std::shared_ptr<std::atomic<int>>;

// Whether a piece of work has ended. Safe on any thread.
class Completion {
 public:
  explicit Completion(AbandonedCount abandoned) : abandoned_(std::move(abandoned)) {}

  void finish();
  bool finished() const;
  // Waits. False after `timeout`: the work is then counted as abandoned until it ends after all.
  bool waitOrAbandon(Milliseconds timeout);

 private:
  const AbandonedCount abandoned_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool finished_ = false;
  bool counted_ = false;
};

// Runs `work` on a new thread that nobody joins. Throws ERR_STATE where the system gives no thread.
void runDetached(std::function<void()> work);

}  // namespace lenscast
