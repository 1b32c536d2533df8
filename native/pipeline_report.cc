#include "pipeline_report.h"

#include <map>
#include <optional>
#include <string>

#include "border.h"
#include "clock.h"

namespace lenscast {
namespace {

const char* nameOf(GstState state) {
  switch (state) {
    case GST_STATE_PLAYING:
      return "playing";
    case GST_STATE_PAUSED:
      return "paused";
    case GST_STATE_READY:
      return "ready";
    default:
      return "null";
  }
}

Napi::Object toJs(Napi::Env env, const SinkStats& stats) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("received", static_cast<double>(stats.received));
  object.Set("dropped", static_cast<double>(stats.dropped));
  object.Set("taken", static_cast<double>(stats.taken));
  object.Set("bytes", static_cast<double>(stats.bytes));
  return object;
}

Napi::Value toJs(Napi::Env env, const std::optional<TapStats>& stats) {
  if (!stats) return env.Null();
  Napi::Object object = Napi::Object::New(env);
  object.Set("buffers", static_cast<double>(stats->buffers));
  object.Set("bytes", static_cast<double>(stats->bytes));
  object.Set("corrupt", static_cast<double>(stats->corrupt));
  object.Set("damaged", static_cast<double>(stats->damaged));
  object.Set("lastMs", stats->lastMs);
  object.Set("caps", stats->caps);
  return object;
}

Napi::Object toJs(Napi::Env env, const MeterStats& stats) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("in", static_cast<double>(stats.in));
  object.Set("out", static_cast<double>(stats.out));
  object.Set("sinceOut", static_cast<double>(stats.sinceOut));
  object.Set("timed", static_cast<double>(stats.timed));
  object.Set("busyMs", toMs(stats.busyNs));
  return object;
}

template <typename Stats>
Napi::Object toJs(Napi::Env env, const std::map<std::string, Stats>& byName) {
  Napi::Object object = Napi::Object::New(env);
  for (const auto& [name, stats] : byName) object.Set(name, toJs(env, stats));
  return object;
}

}  // namespace

Napi::Object toJs(Napi::Env env, const Event& event) {
  switch (event.type) {
    case Event::Type::error:
    case Event::Type::warning: {
      Napi::Object object = toJs(env, event.report);
      object.Set("type", event.type == Event::Type::error ? "error" : "warning");
      return object;
    }
    default: {
      Napi::Object object = Napi::Object::New(env);
      const bool eos = event.type == Event::Type::eos;
      object.Set("type", eos ? "eos" : event.type == Event::Type::state ? "state" : "segment-done");
      if (event.type == Event::Type::state) object.Set("state", nameOf(event.state));
      return object;
    }
  }
}

Napi::Value tapStatsToJs(Napi::Env env, const Pipeline& pipeline) { return toJs(env, pipeline.tapStats()); }

Napi::Object statsToJs(Napi::Env env, const Pipeline& pipeline) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("state", nameOf(pipeline.state()));
  object.Set("sinks", toJs(env, pipeline.sinkStats()));
  object.Set("tap", toJs(env, pipeline.tapStats()));
  object.Set("meters", toJs(env, pipeline.meterStats()));
  return object;
}

}  // namespace lenscast
