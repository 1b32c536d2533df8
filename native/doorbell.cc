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

void Doorbell::waitUntilAnswered(std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  answered_.wait_for(lock, longest, [this] { return function_ == nullptr || (!queued_ && !answering_); });
}

void Doorbell::close() {
  std::shared_ptr<Handler> handler;
  const std::lock_guard lock(mutex_);
  handler.swap(handler_);
  if (function_ == nullptr) return;
  napi_release_threadsafe_function(function_, napi_tsfn_abort);
  function_ = nullptr;
  answered_.notify_all();
}

void Doorbell::onCall(napi_env env, napi_value, void* context, void* isEnd) {
  // Node empties its queue without an environment, after onFinalize freed the context.
  if (env == nullptr) return;
  const std::shared_ptr<Doorbell> bell = *static_cast<std::shared_ptr<Doorbell>*>(context);
  if (isEnd != nullptr) {
    bell->endAnswer();
  } else {
    bell->answer(env);
  }
}

void Doorbell::answer(Napi::Env env) {
  std::shared_ptr<Handler> handler;
  {
    const std::lock_guard lock(mutex_);
    answering_ = true;
    queued_ = false;
    handler = handler_;
  }
  try {
    const Napi::HandleScope scope(env);
    if (handler != nullptr) (*handler)(env);
  } catch (const std::exception&) {
    // Only an environment that is ending refuses what handlers do.
  }
  // What the handler left to the end of its turn (microtasks) is done when the next call comes.
  std::unique_lock lock(mutex_);
  if (function_ != nullptr && napi_call_threadsafe_function(function_, this, napi_tsfn_nonblocking) == napi_ok) return;
  lock.unlock();
  endAnswer();
}

void Doorbell::endAnswer() {
  {
    const std::lock_guard lock(mutex_);
    answering_ = false;
  }
  answered_.notify_all();
}

void Doorbell::onFinalize(napi_env, void*, void* context) {
  const std::unique_ptr<std::shared_ptr<Doorbell>> held(static_cast<std::shared_ptr<Doorbell>*>(context));
  std::shared_ptr<Handler> handler;
  const std::lock_guard lock((*held)->mutex_);
  handler.swap((*held)->handler_);
  (*held)->function_ = nullptr;
  (*held)->answered_.notify_all();
}

}  // namespace lenscast
