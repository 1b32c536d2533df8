// Many MJPEG viewers in one thread: measures a server, and costs little itself.
//
// Prints `measuring` on stderr when the warm-up is over and `measured` when the last frame has counted, for who
// measures the server over the same time; the report as one line of JSON on stdout; exits 0.
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <exception>

#include "churn.h"
#include "load.h"
#include "report.h"

namespace {

void pin_to(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) < 0)
    throw std::system_error(errno, std::generic_category(), "sched_setaffinity");
}

void allow_many_descriptors() {
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

double cpu_seconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void run(const Options &options) {
  if (options.cpu >= 0) pin_to(options.cpu);
  allow_many_descriptors();
  int64_t begin_us = now_us() + static_cast<int64_t>(options.warmup_s * 1e6);
  // Who only comes and goes is done when all have gone.
  int64_t seconds_us = options.viewers ? static_cast<int64_t>(options.seconds * 1e6) : 0;
  const Window window{begin_us, begin_us + seconds_us};
  Poller poller;
  Load load(options, window, poller);
  Churn churn(options, poller);
  bool told = false;
  double cpu_before = 0;
  for (int64_t now = now_us(); now < window.end_us || !churn.done(); now = now_us()) {
    if (!told && now >= begin_us) {
      told = true;
      cpu_before = cpu_seconds();
      std::fputs("measuring\n", stderr);
    }
    int64_t next_us = std::min({load.tick(now), churn.tick(now), told ? window.end_us : begin_us, now + 1000000});
    poller.wait(static_cast<int>((std::max<int64_t>(next_us - now, 0) + 999) / 1000));
  }
  std::fputs("measured\n", stderr);
  load.tick(now_us());
  std::printf("%s\n", report_json(load, churn, cpu_seconds() - cpu_before).c_str());
}

}  // namespace

int main(int argc, char **argv) {
  Options options = parse_options(argc, argv);
  try {
    run(options);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "load-client: %s\n", error.what());
    return 1;
  }
  return 0;
}
