// Short-lived pipelines that answer a question. Each function blocks: call it on a thread of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "completion.h"

namespace lenscast {

struct ProbeResult {
  std::string caps;
  uint64_t bytes = 0;
};

// Runs a description until one buffer reached its `appsink name=probe`. Throws ERR_TIMEOUT, ERR_STATE_CHANGE,
// ERR_PARSE, ERR_MISSING_ELEMENT, ERR_NO_ELEMENT, ERR_INVALID_ARG.
ProbeResult probe(const std::string& description, Milliseconds timeout);

// What the source pad of the element `source` can deliver in state READY: a string for each caps structure, lists of
// width, height, framerate and format taken apart (at most 2,000 structures), ranges left as they are. Throws
// ERR_STATE_CHANGE, ERR_PARSE, ERR_MISSING_ELEMENT, ERR_NO_ELEMENT.
std::vector<std::string> queryCaps(const std::string& description);

}  // namespace lenscast
