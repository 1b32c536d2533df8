#include "kernel_clock.h"

#include <sys/timex.h>

#include "border.h"

namespace lenscast {

Napi::Value clockSynchronized(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    // No modes: it only reads, which needs no privilege.
    timex state{};
    if (adjtimex(&state) < 0) return info.Env().Null();
    return Napi::Boolean::New(info.Env(), (state.status & STA_UNSYNC) == 0);
  });
}

}  // namespace lenscast
