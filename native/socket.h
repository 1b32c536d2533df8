// Sockets by their descriptors. Exported functions of the contract; each throws ERR_INVALID_ARG for a wrong argument.
#pragma once

#include <napi.h>

namespace lenscast {

Napi::Value setSocketOptions(const Napi::CallbackInfo& info);
Napi::Value socketInfo(const Napi::CallbackInfo& info);
Napi::Value sendToAll(const Napi::CallbackInfo& info);

}  // namespace lenscast
