// Between JavaScript's values and errors and C++'s.
#pragma once

#include <napi.h>

#include <string>

#include "errors.h"

namespace lenscast {

// An Error with `code`, and of an element's report `element`, `factory`, `domain`, `number` and `debug`.
Napi::Error toJs(Napi::Env env, const AddonError& error);
Napi::Object toJs(Napi::Env env, const ElementReport& report);

// Runs an exported function's body; its AddonErrors become JavaScript's.
template <typename Body>
Napi::Value guarded(Napi::Env env, Body body) {
  try {
    return body();
  } catch (const AddonError& error) {
    throw toJs(env, error);
  }
}

// The same for a function that returns a promise: whatever goes wrong, also in its arguments, rejects.
template <typename Body>
Napi::Value promised(Napi::Env env, Body body) {
  const auto rejected = [env](Napi::Value reason) -> Napi::Value {
    const auto deferred = Napi::Promise::Deferred::New(env);
    deferred.Reject(reason);
    return deferred.Promise();
  };
  try {
    return body();
  } catch (const AddonError& error) {
    return rejected(toJs(env, error).Value());
  } catch (const Napi::Error& error) {
    return rejected(error.Value());
  }
}

// What a wrong argument is called in a message: its type and, where short, its value.
std::string describe(Napi::Value value);

// Each throws ERR_INVALID_ARG with `what` in its message.
std::string stringArg(Napi::Value value, const char* what);
bool booleanArg(Napi::Value value, const char* what);
double numberArg(Napi::Value value, const char* what, double lowest, double highest);
int64_t integerArg(Napi::Value value, const char* what, double lowest, double highest);
Napi::Object objectArg(Napi::Value value, const char* what);
Napi::Function functionArg(Napi::Value value, const char* what);

struct Bytes {
  const uint8_t* data;
  size_t size;
};
// Of a Uint8Array that isn't detached.
Bytes bytesArg(Napi::Value value, const char* what);

inline constexpr double kLargestInteger = 9007199254740991.0;
// The longest time-out, a day: what is longer is a mistake.
inline constexpr double kLongestTimeoutMs = 86'400'000.0;

}  // namespace lenscast
