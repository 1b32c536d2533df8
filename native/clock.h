// The clock of every time in the contract: CLOCK_MONOTONIC, which process.hrtime() reads too.
#pragma once

#include <time.h>

#include <cstdint>

namespace lenscast {

inline int64_t monotonicNs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

inline double toMs(int64_t ns) { return static_cast<double>(ns) / 1e6; }

}  // namespace lenscast
