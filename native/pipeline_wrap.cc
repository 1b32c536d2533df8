#include "pipeline_wrap.h"

#include <sched.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "border.h"
#include "pipeline_report.h"
#include "task.h"

namespace lenscast {
namespace {

constexpr char kHandlers[] = "handlers";
// Plugins may have to be read from a slow disk.
constexpr Milliseconds kLongestOpening{10000};
// Of the sources of a pipeline that hangs; a device takes some hundredths of a second.
constexpr Milliseconds kLongestFreeing{250};

std::vector<std::string> namesArg(Napi::Value value, const std::string& what) {
  if (!value.IsArray()) throw AddonError(code::kInvalidArg, what + " must be an array, not " + describe(value));
  const auto array = value.As<Napi::Array>();
  const std::string each = what + "[]";
  std::vector<std::string> names;
  for (uint32_t i = 0; i < array.Length(); i += 1) names.push_back(stringArg(array.Get(i), each.c_str()));
  return names;
}

PropertyValue propertyArg(Napi::Value value) {
  if (value.IsBoolean()) return value.As<Napi::Boolean>().Value();
  if (value.IsNumber()) return value.As<Napi::Number>().DoubleValue();
  if (value.IsString()) return stringArg(value, "value");
  throw AddonError(code::kInvalidArg, "value must be a string, a number or a boolean, not " + describe(value));
}

// The handlers and, as `this` and functions, what is called of them.
Napi::Array handlersArg(Napi::Value value) {
  const Napi::Object handlers = objectArg(value, "handlers");
  const Napi::Function onFrames = functionArg(handlers.Get("onFrames"), "handlers.onFrames");
  const Napi::Function onEvent = functionArg(handlers.Get("onEvent"), "handlers.onEvent");
  Napi::Array held = Napi::Array::New(handlers.Env());
  held.Set(0u, handlers);
  held.Set(1u, onFrames);
  held.Set(2u, onEvent);
  return held;
}

ThreadSettings threadsArg(Napi::Value value) {
  ThreadSettings settings;
  if (value.IsUndefined()) return settings;
  const Napi::Object given = objectArg(value, "options.threads");
  const Napi::Value nice = given.Get("nice");
  if (!nice.IsUndefined()) settings.nice = static_cast<int>(integerArg(nice, "options.threads.nice", 0, 19));
  const Napi::Value cpus = given.Get("cpus");
  if (cpus.IsUndefined()) return settings;
  if (!cpus.IsArray()) {
    throw AddonError(code::kInvalidArg, "options.threads.cpus must be an array, not " + describe(cpus));
  }
  const auto array = cpus.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); i += 1) {
    settings.cpus.push_back(static_cast<int>(integerArg(array.Get(i), "options.threads.cpus[]", 0, CPU_SETSIZE - 1)));
  }
  return settings;
}

// What opens the pipeline that the arguments describe, on any thread.
std::function<std::shared_ptr<Pipeline>()> build(const Napi::CallbackInfo& info, const AbandonedCount& abandoned) {
  const std::string description = stringArg(info[0], "description");
  const Napi::Object options = objectArg(info[1], "options");
  PipelineOptions wanted;
  wanted.sinks = namesArg(options.Get("sinks"), "options.sinks");
  const Napi::Value tap = options.Get("tap");
  if (!tap.IsUndefined()) wanted.tap = stringArg(tap, "options.tap");
  const Napi::Value meters = options.Get("meters");
  if (!meters.IsUndefined()) wanted.meters = namesArg(meters, "options.meters");
  const Napi::Value afterDelivery = options.Get("afterDelivery");
  if (!afterDelivery.IsUndefined()) wanted.afterDelivery = namesArg(afterDelivery, "options.afterDelivery");
  wanted.threads = threadsArg(options.Get("threads"));
  return [=] { return Pipeline::open(description, wanted, abandoned); };
}

Napi::Array toJs(Napi::Env env, const std::vector<std::string>& names) {
  Napi::Array array = Napi::Array::New(env, names.size());
  for (uint32_t i = 0; i < names.size(); i += 1) array.Set(i, names[i]);
  return array;
}

// What the callback throws reaches `uncaughtException`; it can't stop the ones behind it.
void call(Napi::Env env, Napi::Value self, Napi::Function function, std::vector<napi_value> args) {
  const napi_status status = napi_call_function(env, self, function, args.size(), args.data(), nullptr);
  napi_value thrown = nullptr;
  if (status != napi_pending_exception || napi_get_and_clear_last_exception(env, &thrown) != napi_ok) return;
  napi_fatal_exception(env, thrown);
}

}  // namespace

Napi::Function PipelineWrap::define(Napi::Env env) {
  return DefineClass(env, "NativePipeline",
                     {InstanceMethod<&PipelineWrap::start>("start"), InstanceMethod<&PipelineWrap::close>("close"),
                      InstanceMethod<&PipelineWrap::take>("take"),
                      InstanceMethod<&PipelineWrap::setProperty>("setProperty"),
                      InstanceMethod<&PipelineWrap::getProperty>("getProperty"),
                      InstanceMethod<&PipelineWrap::push>("push"),
                      InstanceMethod<&PipelineWrap::endOfStream>("endOfStream"),
                      InstanceMethod<&PipelineWrap::seek>("seek"),
                      InstanceMethod<&PipelineWrap::requestKeyframe>("requestKeyframe"),
                      InstanceMethod<&PipelineWrap::stats>("stats"),
                      InstanceMethod<&PipelineWrap::tapStats>("tapStats")});
}

Napi::Value PipelineWrap::open(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const Napi::Array handlers = handlersArg(info[2]);
    return wrap(env, build(info, Environment::of(env)->abandoned)(), handlers);
  });
}

Napi::Value PipelineWrap::openAsync(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&]() -> Napi::Value {
    const Napi::Object held = handlersArg(info[2]);
    const auto handlers = std::make_shared<Napi::ObjectReference>(Napi::Persistent(held));
    const AbandonedCount abandoned = Environment::of(env)->abandoned;
    return runTask<std::shared_ptr<Pipeline>>(
        env, "openPipelineAsync", kLongestOpening, abandoned, build(info, abandoned),
        [handlers](Napi::Env e, const std::shared_ptr<Pipeline>& pipeline) -> Napi::Value {
          return wrap(e, pipeline, handlers->Value().As<Napi::Array>());
        });
  });
}

Napi::Value PipelineWrap::wrap(Napi::Env env, std::shared_ptr<Pipeline> pipeline, Napi::Array handlers) {
  const auto environment = Environment::of(env);
  environment->opening = std::move(pipeline);
  Napi::Object made = environment->pipelineClass.New({});
  // Held by the object, not by a reference of ours: handlers mostly refer to the object themselves.
  made.DefineProperty(Napi::PropertyDescriptor::Value(kHandlers, handlers, napi_default));
  return made;
}

PipelineWrap::PipelineWrap(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<PipelineWrap>(info), environment_(Environment::of(info.Env())) {
  pipeline_ = std::exchange(environment_->opening, nullptr);
  if (pipeline_ == nullptr) {
    throw lenscast::toJs(info.Env(), AddonError(code::kInvalidArg, "pipelines are made by openPipeline()"));
  }
  environment_->pipelines.insert(pipeline_);
}

PipelineWrap::~PipelineWrap() {
  if (pipeline_ == nullptr) return;
  environment_->pipelines.erase(pipeline_);
  try {
    pipeline_->closeAsync();
  } catch (const AddonError&) {
    // Without a thread it stays as it is; nothing else can be done in a destructor.
  }
}

void PipelineWrap::holdHandlers(Napi::Env env) {
  const auto held = Value().Get(kHandlers).As<Napi::Array>();
  handlers_ = Napi::Persistent(held.Get(0u).As<Napi::Object>());
  onFrames_ = Napi::Persistent(held.Get(1u).As<Napi::Function>());
  onEvent_ = Napi::Persistent(held.Get(2u).As<Napi::Function>());
  Ref();
  pipeline_->bell()->open(env, "pipeline", Doorbell::EventLoop::letEnd, [this](Napi::Env e) { deliver(e); });
}

std::shared_ptr<Napi::ObjectReference> PipelineWrap::held() {
  return std::make_shared<Napi::ObjectReference>(Napi::Persistent(Value()));
}

void PipelineWrap::letGo() {
  if (handlers_.IsEmpty()) return;
  pipeline_->bell()->close();
  handlers_.Reset();
  onFrames_.Reset();
  onEvent_.Reset();
  Unref();
}

void PipelineWrap::deliver(Napi::Env env) {
  // Keeps this alive: a handler may close the pipeline, and nothing else holds the wrapper then.
  [[maybe_unused]] const Napi::Object self = Value();
  const Napi::Object handlers = handlers_.Value();
  const Napi::Function onFrames = onFrames_.Value();
  const Napi::Function onEvent = onEvent_.Value();
  const std::vector<std::string> sinks = pipeline_->announceFrames();
  if (!sinks.empty()) call(env, handlers, onFrames, {toJs(env, sinks)});
  for (const Event& event : pipeline_->events()->drain()) {
    const Napi::HandleScope scope(env);
    if (pipeline_->closing()) return;
    call(env, handlers, onEvent, {toJs(env, event)});
  }
}

Napi::Value PipelineWrap::start(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&]() -> Napi::Value {
    pipeline_->markStarted();
    holdHandlers(env);
    auto failure = std::make_shared<std::optional<AddonError>>();
    const auto [bell, promise] = makePromise(env, "start", [this, self = held(), failure](Napi::Env e, auto& deferred) {
      if (!*failure) {
        deferred.Resolve(e.Undefined());
        return;
      }
      deferred.Reject(lenscast::toJs(e, **failure).Value());
      if (!pipeline_->closing()) letGo();
    });
    try {
      runDetached([pipeline = pipeline_, failure, bell = bell] {
        try {
          pipeline->play();
        } catch (const AddonError& error) {
          *failure = error;
        }
        bell->ring();
      });
    } catch (const AddonError&) {
      bell->close();
      letGo();
      throw;
    }
    return promise;
  });
}

Napi::Value PipelineWrap::close(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&]() -> Napi::Value {
    const Milliseconds timeout(numberArg(info[0], "timeoutMs", 0, kLongestTimeoutMs));
    const std::shared_ptr<Completion> closed = pipeline_->closeAsync();
    auto inTime = std::make_shared<bool>(false);
    const auto [bell, promise] = makePromise(env, "close", [this, self = held(), inTime](Napi::Env e, auto& deferred) {
      environment_->pipelines.erase(pipeline_);
      deferred.Resolve(Napi::Boolean::New(e, *inTime));
    });
    letGo();
    try {
      runDetached([closed, inTime, timeout, bell = bell, sources = pipeline_->sources()] {
        *inTime = closed->waitOrAbandon(timeout);
        if (!*inTime) sources->free(kLongestFreeing);
        bell->ring();
      });
    } catch (const AddonError&) {
      bell->close();
      throw;
    }
    return promise;
  });
}

Napi::Value PipelineWrap::take(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    auto arrival = pipeline_->take(stringArg(info[0], "sink"));
    return arrival ? environment_->frames->add(info.Env(), std::move(*arrival)) : info.Env().Null();
  });
}

Napi::Value PipelineWrap::setProperty(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    pipeline_->setProperty(stringArg(info[0], "element"), stringArg(info[1], "property"), propertyArg(info[2]));
    return info.Env().Undefined();
  });
}

Napi::Value PipelineWrap::getProperty(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto value = pipeline_->getProperty(stringArg(info[0], "element"), stringArg(info[1], "property"));
    return std::visit([&](const auto& plain) -> Napi::Value { return Napi::Value::From(info.Env(), plain); }, value);
  });
}

Napi::Value PipelineWrap::push(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::string element = stringArg(info[0], "element");
    const Bytes bytes = bytesArg(info[1], "bytes");
    const int64_t limit = integerArg(info[2], "maxQueuedBytes", 1, kLargestInteger);
    const bool pushed = pipeline_->push(element, bytes.data, bytes.size, static_cast<uint64_t>(limit));
    return Napi::Boolean::New(info.Env(), pushed);
  });
}

Napi::Value PipelineWrap::endOfStream(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    pipeline_->endOfStream(stringArg(info[0], "element"));
    return info.Env().Undefined();
  });
}

Napi::Value PipelineWrap::seek(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    // As nanoseconds it has to fit into a gint64.
    const double positionMs = numberArg(info[0], "positionMs", 0, 9e12);
    const Napi::Object options = objectArg(info[1], "options");
    const bool flush = booleanArg(options.Get("flush"), "options.flush");
    const bool segment = booleanArg(options.Get("segment"), "options.segment");
    return Napi::Boolean::New(info.Env(), pipeline_->seek(positionMs, flush, segment));
  });
}

Napi::Value PipelineWrap::requestKeyframe(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::string encoder = stringArg(info[0], "element");
    const auto action = info[1].IsUndefined() ? std::nullopt : std::make_optional(stringArg(info[1], "action"));
    pipeline_->requestKeyframe(encoder, action);
    return info.Env().Undefined();
  });
}

Napi::Value PipelineWrap::stats(const Napi::CallbackInfo& info) {
  return statsToJs(info.Env(), *pipeline_);
}

Napi::Value PipelineWrap::tapStats(const Napi::CallbackInfo& info) {
  return tapStatsToJs(info.Env(), *pipeline_);
}

}  // namespace lenscast
