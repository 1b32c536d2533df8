// The addon's exports, and what happens when an environment begins and ends.
#include <napi.h>

#include <mutex>
#include <string>

#include "border.h"
#include "element_properties.h"
#include "environment.h"
#include "gst_ptr.h"
#include "kernel_clock.h"
#include "notify.h"
#include "pipeline_wrap.h"
#include "probe.h"
#include "rate_limit.h"
#include "socket.h"
#include "still_gate.h"
#include "task.h"
#include "timer_slack.h"
#include "video_colors.h"
#include "video_scale.h"

namespace lenscast {
namespace {

// How much later than its own time-out a task that cleans up may end before it counts as hanging.
constexpr Milliseconds kGrace{500};

Napi::Value releaseFrame(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (!info[0].IsNumber()) throw AddonError(code::kInvalidArg, "handle must be a number, not " + describe(info[0]));
    Environment::of(info.Env())->frames->release(info.Env(), info[0].As<Napi::Number>().DoubleValue());
    return info.Env().Undefined();
  });
}

Napi::Value findElement(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::string name = stringArg(info[0], "factory");
    const FactoryPtr factory(gst_element_factory_find(name.c_str()));
    if (!factory) return info.Env().Null();
    GstPluginFeature* feature = GST_PLUGIN_FEATURE(factory.get());
    const PluginPtr plugin(gst_plugin_feature_get_plugin(feature));
    Napi::Object object = Napi::Object::New(info.Env());
    object.Set("factory", name);
    object.Set("plugin", toString(gst_plugin_feature_get_plugin_name(feature)));
    object.Set("version", plugin ? toString(gst_plugin_get_version(plugin.get())) : std::string());
    object.Set("rank", static_cast<double>(gst_plugin_feature_get_rank(feature)));
    return object;
  });
}

Napi::Value elementPropertiesOf(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto properties = elementProperties(stringArg(info[0], "factory"));
    if (!properties) return info.Env().Null();
    Napi::Object object = Napi::Object::New(info.Env());
    for (const auto& [name, nicks] : *properties) {
      if (!nicks) {
        object.Set(name, info.Env().Null());
        continue;
      }
      Napi::Array array = Napi::Array::New(info.Env());
      for (uint32_t i = 0; i < nicks->size(); i += 1) array.Set(i, (*nicks)[i]);
      object.Set(name, array);
    }
    return object;
  });
}

Napi::Value probeAsync(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&]() -> Napi::Value {
    const std::string description = stringArg(info[0], "description");
    const Milliseconds timeout(numberArg(info[1], "timeoutMs", 0, kLongestTimeoutMs));
    return runTask<ProbeResult>(
        info.Env(), "probe", timeout + kGrace, Environment::of(info.Env())->abandoned,
        [description, timeout] { return probe(description, timeout); },
        [](Napi::Env env, const ProbeResult& result) -> Napi::Value {
          Napi::Object object = Napi::Object::New(env);
          object.Set("caps", result.caps);
          object.Set("bytes", static_cast<double>(result.bytes));
          return object;
        });
  });
}

Napi::Value queryCapsAsync(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&]() -> Napi::Value {
    const std::string description = stringArg(info[0], "description");
    const Milliseconds timeout(numberArg(info[1], "timeoutMs", 0, kLongestTimeoutMs));
    return runTask<std::vector<std::string>>(
        info.Env(), "queryCaps", timeout, Environment::of(info.Env())->abandoned,
        [description] { return queryCaps(description); },
        [](Napi::Env env, const std::vector<std::string>& structures) -> Napi::Value {
          Napi::Array array = Napi::Array::New(env);
          for (uint32_t i = 0; i < structures.size(); i += 1) array.Set(i, structures[i]);
          return array;
        });
  });
}

Napi::Value stats(const Napi::CallbackInfo& info) {
  const auto environment = Environment::of(info.Env());
  Napi::Object object = Napi::Object::New(info.Env());
  object.Set("liveFrames", static_cast<double>(environment->frames->liveFrames()));
  object.Set("liveBytes", static_cast<double>(environment->frames->liveBytes()));
  object.Set("pipelines", static_cast<double>(environment->pipelines.size()));
  object.Set("abandoned", environment->abandoned->load());
  return object;
}

std::string gstreamerVersion() {
  guint major = 0, minor = 0, micro = 0, nano = 0;
  gst_version(&major, &minor, &micro, &nano);
  return std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(micro);
}

// Once in a process, whichever thread loads the addon first.
void initGStreamer(Napi::Env env) {
  static std::once_flag once;
  std::string failure;
  std::call_once(once, [&failure] {
    GError* rawError = nullptr;
    if (gst_init_check(nullptr, nullptr, &rawError)) {
      registerVideoColors();
      registerRateLimit();
      registerStillGate();
      registerVideoScale();
      return;
    }
    const ErrorPtr error(rawError);
    failure = error ? toString(error->message) : "unknown";
  });
  if (!failure.empty()) throw Napi::Error::New(env, "GStreamer doesn't start: " + failure);
}

// process.exit() on the main thread runs 'exit' handlers but no clean-up hooks; worker.terminate() the other way round.
void stopAtEnd(Napi::Env env, const std::shared_ptr<Environment>& environment) {
  env.AddCleanupHook([environment] {
    environment->stopAll();
    environment->pipelineClass.Reset();
  });
  const Napi::Value process = env.Global().Get("process");
  if (!process.IsObject()) return;
  const auto onExit = [environment](const Napi::CallbackInfo&) { environment->stopAll(); };
  const Napi::Value once = process.As<Napi::Object>().Get("once");
  if (!once.IsFunction()) return;
  once.As<Napi::Function>().Call(process, {Napi::String::New(env, "exit"), Napi::Function::New(env, onExit)});
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  initGStreamer(env);
  auto environment = std::make_shared<Environment>();
  env.SetInstanceData(new std::shared_ptr<Environment>(environment));
  environment->pipelineClass = Napi::Persistent(PipelineWrap::define(env));
  stopAtEnd(env, environment);
  exports.Set("gstreamerVersion", gstreamerVersion());
  const auto add = [&](const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("openPipeline", PipelineWrap::open);
  add("openPipelineAsync", PipelineWrap::openAsync);
  add("releaseFrame", releaseFrame);
  add("findElement", findElement);
  add("elementProperties", elementPropertiesOf);
  add("probe", probeAsync);
  add("queryCaps", queryCapsAsync);
  add("stats", stats);
  add("setSocketOptions", setSocketOptions);
  add("socketInfo", socketInfo);
  add("sendToAll", sendToAll);
  add("notifySocket", notifySocket);
  add("clockSynchronized", clockSynchronized);
  add("withTimerSlack", withTimerSlack);
  return exports;
}

NODE_API_MODULE(lenscast, init)

}  // namespace
}  // namespace lenscast
