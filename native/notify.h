// Datagrams to a service manager, sd_notify(3). An exported function of the contract.
#pragma once

#include <napi.h>

namespace lenscast {

Napi::Value notifySocket(const Napi::CallbackInfo& info);

}  // namespace lenscast
