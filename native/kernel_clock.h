// What the kernel knows of its clock. An exported function of the contract.
#pragma once

#include <napi.h>

namespace lenscast {

Napi::Value clockSynchronized(const Napi::CallbackInfo& info);

}  // namespace lenscast
