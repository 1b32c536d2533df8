// Promises for work on other threads.
#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "border.h"
#include "completion.h"
#include "doorbell.h"
#include "errors.h"

namespace lenscast {

// A promise that any thread can have settled. `settle` runs on the JavaScript thread after bell->ring(); the event
// loop stays alive until then.
struct PendingPromise {
  std::shared_ptr<Doorbell> bell;
  Napi::Promise promise;
};

PendingPromise makePromise(Napi::Env env, const char* name,
                           std::function<void(Napi::Env, Napi::Promise::Deferred&)> settle);

// Runs `work` on a thread of its own and makes its result a JavaScript value by `convert`. Rejects with what `work`
// threw, and with ERR_TIMEOUT where it hasn't ended after `timeout`: it is then abandoned on its thread.
template <typename Result>
Napi::Value runTask(Napi::Env env, const char* name, Milliseconds timeout, AbandonedCount abandoned,
                    std::function<Result()> work, std::function<Napi::Value(Napi::Env, const Result&)> convert) {
  struct State {
    explicit State(AbandonedCount count) : completion(std::move(count)) {}
    Completion completion;
    std::optional<Result> result;
    std::optional<AddonError> error;
  };
  auto state = std::make_shared<State>(std::move(abandoned));
  auto inTime = std::make_shared<bool>(false);
  const auto [bell, promise] =
      makePromise(env, name, [state, inTime, convert, name](Napi::Env e, Napi::Promise::Deferred& deferred) {
        if (!*inTime) {
          deferred.Reject(toJs(e, AddonError(code::kTimeout, std::string(name) + "() hangs")).Value());
        } else if (state->error) {
          deferred.Reject(toJs(e, *state->error).Value());
        } else {
          deferred.Resolve(convert(e, *state->result));
        }
      });
  try {
    runDetached([state, work] {
      try {
        state->result = work();
      } catch (const AddonError& error) {
        state->error = error;
      }
      state->completion.finish();
    });
    runDetached([state, inTime, bell = bell, timeout] {
      *inTime = state->completion.waitOrAbandon(timeout);
      bell->ring();
    });
  } catch (const AddonError&) {
    bell->close();
    throw;
  }
  return promise;
}

}  // namespace lenscast
