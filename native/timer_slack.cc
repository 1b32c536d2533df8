#include "timer_slack.h"

#include <sys/prctl.h>

#include "border.h"

namespace lenscast {
namespace {

constexpr double kLongestMs = 10000;
constexpr double kNsPerMs = 1e6;

// PR_SET_TIMERSLACK (prctl(2)) for this thread, and back.
class TimerSlack {
 public:
  explicit TimerSlack(double slackMs) : before_(prctl(PR_GET_TIMERSLACK)) {
    prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(slackMs * kNsPerMs));
  }
  ~TimerSlack() {
    if (before_ > 0) prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(before_));
  }
  TimerSlack(const TimerSlack&) = delete;
  TimerSlack& operator=(const TimerSlack&) = delete;

 private:
  const int before_;
};

}  // namespace

Napi::Value withTimerSlack(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const double slackMs = numberArg(info[0], "slackMs", 0.001, kLongestMs);
    const Napi::Function action = functionArg(info[1], "action");
    const TimerSlack slack(slackMs);
    return action.Call({});
  });
}

}  // namespace lenscast
