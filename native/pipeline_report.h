// What a pipeline tells, as the contract has it.
#pragma once

#include <napi.h>

#include "events.h"
#include "pipeline.h"

namespace lenscast {

// PipelineEvent of the contract.
Napi::Object toJs(Napi::Env env, const Event& event);
// PipelineStats.
Napi::Value tapStatsToJs(Napi::Env env, const Pipeline& pipeline);
Napi::Object statsToJs(Napi::Env env, const Pipeline& pipeline);

}  // namespace lenscast
