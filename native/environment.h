// What one JavaScript environment (the main thread, or a worker) has of the addon.
#pragma once

#include <napi.h>

#include <atomic>
#include <memory>
#include <set>

#include "completion.h"
#include "frame_table.h"
#include "pipeline.h"

namespace lenscast {

// Used on the environment's JavaScript thread. Wrappers and the clean-up hook share it.
struct Environment {
  const std::shared_ptr<FrameTable> frames = std::make_shared<FrameTable>();
  const AbandonedCount abandoned = std::make_shared<std::atomic<int>>(0);
  // Opened and not closed.
  std::set<std::shared_ptr<Pipeline>> pipelines;
  Napi::FunctionReference pipelineClass;
  // The pipeline that the next `new` of the class is for: JavaScript can't make one by itself.
  std::shared_ptr<Pipeline> opening;

  static std::shared_ptr<Environment> of(Napi::Env env);

  // Stops every pipeline, waiting at most a second in all for those that hang.
  void stopAll();
};

}  // namespace lenscast
