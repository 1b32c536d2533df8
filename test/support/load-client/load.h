// The viewers that stay: fast ones, and stalled or slow ones.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "options.h"
#include "poller.h"
#include "viewer.h"

class Load;

// A viewer that reads all there is, at once.
class FastViewer : public Pollable {
 public:
  FastViewer(Load &load, CaptureTime capture_time);
  void on_ready(uint32_t events) override;
  Viewer viewer;

 private:
  Load &load_;
};

// Reads one frame; from then on nothing, or little (Options::slow_bps), until it is resumed.
class StalledViewer : public Pollable {
 public:
  explicit StalledViewer(Load &load);
  void on_ready(uint32_t events) override;
  void resume();
  // Reads what it may since the last time.
  void tick(int64_t now);
  Viewer viewer;
  bool resumed = false;

 private:
  void read(size_t budget_bytes);
  Load &load_;
  bool stalled_ = false;
  int64_t last_tick_us_ = 0;
};

class Load {
 public:
  Load(const Options &options, const Window &window, Poller &poller);

  // After each round of the poller. Returns when it wants to be called again at the latest, in now_us().
  int64_t tick(int64_t now);

  const Options &options;
  const Window &window;
  Poller &poller;
  std::string buffer;  // shared: nothing stays in it from one read to the next
  std::vector<float> latencies_ms, stalled_latencies_ms;
  std::vector<std::unique_ptr<FastViewer>> fast;
  std::vector<std::unique_ptr<StalledViewer>> stalled;

 private:
  int64_t start_us_ = now_us();
  bool resumed_ = false;
};
