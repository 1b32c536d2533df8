// The contract's NativePipeline over a Pipeline.
#pragma once

#include <napi.h>

#include <memory>

#include "environment.h"
#include "pipeline.h"

namespace lenscast {

// A started one holds itself alive until it is closed: its streaming threads need its handlers. One that is forgotten
// before its start, or after a failed one, is closed by the garbage collector.
class PipelineWrap : public Napi::ObjectWrap<PipelineWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  // openPipeline() of the contract.
  static Napi::Value open(const Napi::CallbackInfo& info);
  // openPipelineAsync().
  static Napi::Value openAsync(const Napi::CallbackInfo& info);

  explicit PipelineWrap(const Napi::CallbackInfo& info);
  ~PipelineWrap() override;

 private:
  Napi::Value start(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);
  Napi::Value take(const Napi::CallbackInfo& info);
  Napi::Value setProperty(const Napi::CallbackInfo& info);
  Napi::Value getProperty(const Napi::CallbackInfo& info);
  Napi::Value push(const Napi::CallbackInfo& info);
  Napi::Value endOfStream(const Napi::CallbackInfo& info);
  Napi::Value seek(const Napi::CallbackInfo& info);
  Napi::Value requestKeyframe(const Napi::CallbackInfo& info);
  Napi::Value stats(const Napi::CallbackInfo& info);
  Napi::Value tapStats(const Napi::CallbackInfo& info);

  static Napi::Value wrap(Napi::Env env, std::shared_ptr<Pipeline> pipeline, Napi::Array handlers);
  void holdHandlers(Napi::Env env);
  void letGo();
  // For a promise's settling: nothing else holds the wrapper until then.
  std::shared_ptr<Napi::ObjectReference> held();
  void deliver(Napi::Env env);

  std::shared_ptr<Environment> environment_;
  std::shared_ptr<Pipeline> pipeline_;
  Napi::ObjectReference handlers_;
  Napi::FunctionReference onFrames_;
  Napi::FunctionReference onEvent_;
};

}  // namespace lenscast
