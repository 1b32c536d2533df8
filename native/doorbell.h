// A way for any thread to have a function called on the JavaScript thread.
#pragma once

#include <napi.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

namespace lenscast {

// Any number of rings make one call; none waits. Ringing is harmless before open(), after close() and after the
// environment is gone. What the handler throws as a C++ exception is swallowed.
class Doorbell : public std::enable_shared_from_this<Doorbell> {
 public:
  using Handler = std::function<void(Napi::Env)>;
  enum class EventLoop { keepAlive, letEnd };

  // On the JavaScript thread, at most once. `name` is what diagnostics show.
  void open(Napi::Env env, const char* name, EventLoop eventLoop, Handler handler);
  // On any thread.
  void ring();
  // On any thread but JavaScript's. Returns when the handler, and the microtasks behind it, have been through all that
  // was rung for before, when there is nobody who would answer, or after `longest`.
  void waitUntilAnswered(std::chrono::milliseconds longest);
  // On the JavaScript thread. The handler isn't called any more, and is freed. Idempotent.
  void close();

 private:
  void answer(Napi::Env env);
  void endAnswer();
  static void onCall(napi_env env, napi_value, void* context, void*);
  static void onFinalize(napi_env, void*, void* context);

  std::mutex mutex_;
  // Null while there is nothing to ring: Node deletes the function when the environment ends, whoever still holds it.
  napi_threadsafe_function function_ = nullptr;
  std::shared_ptr<Handler> handler_;
  std::atomic<bool> queued_{false};
  bool answering_ = false;
  std::condition_variable answered_;
};

}  // namespace lenscast
