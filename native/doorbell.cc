#include "doorbell.h"

#include <utility>

namespace lenscast {

void Doorbell::open(Napi::Env env, const char* name, EventLoop eventLoop, Handler handler) {
  auto context = std::make_unique<std::shared_ptr<Doorbell>>(shared_from_this());
  napi_threadsafe_function function = nullptr;
  const Napi::String resource = Napi::String::New(env, name);
  const napi_status status = napi_create_threadsafe_function(env, nullptr, nullptr, resource, 0, 1, nullptr, onFinalize,
                                                             context.get(), onCall, &function);
  if (status != napi_ok) throw Napi::Error::New(env);
  context.release();
  if (eventLoop == EventLoop::letEnd) napi_unref_threadsafe_function(env, function);
  const std::lock_guard lock(mutex_);
  function_ = function;
  handler_ = std::make_shared<Handler>(std::move(handler));
}

void Doorbell::ring() {
  if (queued_.exchange(true)) return;
  const std::lock_guard lock(mutex_);
  if (function_ == nullptr) {
    queued_ = false;
    return;
  }
  // Anything but napi_ok says that the environment is ending: the function may not be used again.
  if (napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking) != napi_ok) function_ = nullptr;
}

void Doorbell::close() {
  std::shared_ptr<Handler> handler;
  const std::lock_guard lock(mutex_);
  handler.swap(handler_);
  if (function_ == nullptr) return;
  napi_release_threadsafe_function(function_, napi_tsfn_abort);
  function_ = nullptr;
}

void Doorbell::onCall(napi_env env, napi_value, void* context, void*) {
  // Node empties its queue without an environment, after onFinalize freed the context.
  if (env == nullptr) return;
  const std::shared_ptr<Doorbell> bell = *static_cast<std::shared_ptr<Doorbell>*>(context);
  bell->queued_ = false;
  const std::shared_ptr<Handler> handler = bell->handler_;
  if (handler == nullptr) return;
  try {
    const Napi::HandleScope scope(env);
    (*handler)(env);
  } catch (const std::exception&) {
    // Only an environment that is ending refuses what handlers do.
  }
}

void Doorbell::onFinalize(napi_env, void*, void* context) {
  const std::unique_ptr<std::shared_ptr<Doorbell>> held(static_cast<std::shared_ptr<Doorbell>*>(context));
  std::shared_ptr<Handler> handler;
  const std::lock_guard lock((*held)->mutex_);
  handler.swap((*held)->handler_);
  (*held)->function_ = nullptr;
}

}  // namespace lenscast
