#include "completion.h"

#include <system_error>
#include <thread>
#include <utility>

#include "errors.h"

namespace lenscast {

void Completion::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  if (counted_) *abandoned_ -= 1;
  changed_.notify_all();
}

bool Completion::finished() const {
  const std::lock_guard lock(mutex_);
  return finished_;
}

bool Completion::waitOrAbandon(Milliseconds timeout) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, timeout, [this] { return finished_; })) return true;
  if (!std::exchange(counted_, true)) *abandoned_ += 1;
  return false;
}

void runDetached(std::function<void()> work) {
  try {
    std::thread(std::move(work)).detach();
  } catch (const std::system_error& error) {
    throw AddonError(code::kState, std::string("no thread could be started: ") + error.what());
  }
}

}  // namespace lenscast
