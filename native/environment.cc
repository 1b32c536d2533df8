#include "environment.h"

#include <chrono>
#include <utility>
#include <vector>

#include "errors.h"

namespace lenscast {
namespace {

constexpr std::chrono::seconds kLongestStop{1};

}  // namespace

std::shared_ptr<Environment> Environment::of(Napi::Env env) {
  return *env.GetInstanceData<std::shared_ptr<Environment>>();
}

void Environment::stopAll() {
  std::vector<std::shared_ptr<Completion>> stops;
  for (const auto& pipeline : std::exchange(pipelines, {})) {
    try {
      stops.push_back(pipeline->closeAsync());
    } catch (const AddonError&) {
      // No thread to be had at the very end: what plays on ends with the process.
    }
  }
  const auto deadline = std::chrono::steady_clock::now() + kLongestStop;
  for (const auto& stop : stops) stop->waitOrAbandon(deadline - std::chrono::steady_clock::now());
}

}  // namespace lenscast
