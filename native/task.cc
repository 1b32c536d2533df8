#include "task.h"

namespace lenscast {

PendingPromise makePromise(Napi::Env env, const char* name,
                           std::function<void(Napi::Env, Napi::Promise::Deferred&)> settle) {
  auto deferred = std::make_shared<Napi::Promise::Deferred>(env);
  const Napi::Promise promise = deferred->Promise();
  auto bell = std::make_shared<Doorbell>();
  std::weak_ptr<Doorbell> weak = bell;
  bell->open(env, name, Doorbell::EventLoop::keepAlive, [deferred, weak, settle = std::move(settle)](Napi::Env e) {
    if (const auto own = weak.lock()) own->close();
    settle(e, *deferred);
  });
  return {std::move(bell), promise};
}

}  // namespace lenscast
