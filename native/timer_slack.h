// How exactly a thread's timers are kept. An exported function of the contract.
#pragma once

#include <napi.h>

namespace lenscast {

Napi::Value withTimerSlack(const Napi::CallbackInfo& info);

}  // namespace lenscast
