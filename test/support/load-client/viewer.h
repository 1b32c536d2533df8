// One MJPEG viewer: its connection, its reader and what it saw.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "connection.h"
#include "multipart_reader.h"

// When frames count, in now_us(); both ends are set before the first frame.
struct Window {
  int64_t begin_us, end_us;
};

// Counts within the window, but for those that say otherwise.
struct ViewerCounts {
  int64_t frames = 0, bytes = 0, bad_frames = 0, framing_errors = 0;
  int64_t gaps = 0, missed = 0, duplicates = 0, backwards = 0;
  double worst_ms = 0;
  double first_frame_ms = -1;  // from connect(); ever
  bool closed = false;         // by the server or by an error; ever
  std::string failure;         // why it couldn't be read; ever
};

// Where a frame's capture time comes from.
enum class CaptureTime { kStamp, kPicture, kUnknown };

class Viewer : public FrameListener {
 public:
  Viewer(const Options &options, const Window &window, std::vector<float> &latencies_ms,
         CaptureTime capture_time);

  // Reads what is there, or up to `budget_bytes` of it. False once the connection is over.
  bool read_ready(std::string &buffer, size_t budget_bytes = SIZE_MAX);
  // The connection became writable for the first time. False where it can't be used.
  bool connected();
  void close(const char *why);

  // With CaptureTime::kPicture: reads the time codes of the pictures since the last call. Apart, so that decoding one
  // viewer's picture doesn't delay the time that another's is given.
  void decode_pictures();

  // From now on the age of each frame is written down.
  void record_ages() { recording_ = true; }
  const std::vector<float> &ages_ms() const { return ages_ms_; }

  int64_t frames_ever() const { return frames_ever_; }
  bool inside_frame() const { return reader_.inside_frame(); }
  bool has_request_out() const { return requested_; }
  const ViewerCounts &counts() const { return counts_; }
  Connection &connection() { return connection_; }

  void on_frame(const FrameFacts &frame) override;
  void on_framing_error() override;

 private:
  struct Picture {
    std::string jpeg;
    int64_t arrival_us;
  };
  void place(int64_t arrival_us, int64_t sequence, int64_t capture_us);
  bool counts_at(int64_t time_us) const { return time_us >= window_.begin_us && time_us < window_.end_us; }

  const Options &options_;
  const Window &window_;
  std::vector<float> &latencies_ms_;
  CaptureTime capture_time_;
  bool recording_ = false, requested_ = false;
  int64_t connect_us_ = now_us();
  Connection connection_;
  MultipartReader reader_;
  ViewerCounts counts_;
  int64_t frames_ever_ = 0;
  std::optional<int64_t> last_sequence_;
  std::vector<float> ages_ms_;
  std::vector<Picture> pictures_;
};
