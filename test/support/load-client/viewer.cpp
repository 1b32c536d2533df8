#include "viewer.h"

#include <algorithm>

#include "picture_timecode.h"

namespace {
// Sequence numbers of a picture's time code have 24 bits: a step over their end is not a step back.
constexpr int64_t kTimecodeSequences = 1 << 24;
}  // namespace

Viewer::Viewer(const Options &options, const Window &window, std::vector<float> &latencies_ms,
               CaptureTime capture_time)
    : options_(options),
      window_(window),
      latencies_ms_(latencies_ms),
      capture_time_(capture_time),
      connection_(options),
      reader_(*this, capture_time == CaptureTime::kPicture) {}

bool Viewer::connected() {
  requested_ = connection_.send_request(options_.path, options_.host);
  if (!requested_) close("connecting failed");
  return requested_;
}

void Viewer::close(const char *why) {
  if (counts_.failure.empty()) counts_.failure = why;
  counts_.closed = true;
  connection_.close();
}

bool Viewer::read_ready(std::string &buffer, size_t budget_bytes) {
  while (budget_bytes > 0) {
    size_t skippable = std::min(reader_.skippable(), budget_bytes);
    size_t readable = std::min({reader_.readable(), buffer.size(), budget_bytes});
    Connection::Result result = skippable ? connection_.skip(skippable) : connection_.read(buffer.data(), readable);
    if (result.status == Connection::Read::kNothingYet) return true;
    if (result.status == Connection::Read::kEnd) {
      close("closed by the server");
      return false;
    }
    budget_bytes -= result.bytes;
    if (skippable)
      reader_.skip(result.bytes);
    else
      reader_.read(buffer.data(), result.bytes);
    if (!reader_.failure().empty()) {
      close(reader_.failure().c_str());
      return false;
    }
    // Less than asked for: nothing more is there, and asking again would only cost a system call.
    if (result.bytes < (skippable ? skippable : readable)) return true;
  }
  return true;
}

void Viewer::on_frame(const FrameFacts &frame) {
  int64_t now = now_us();
  if (counts_.first_frame_ms < 0) counts_.first_frame_ms = static_cast<double>(now - connect_us_) / 1000;
  frames_ever_++;
  if (counts_at(now)) {
    counts_.frames++;
    counts_.bytes += static_cast<int64_t>(frame.bytes);
    if (!frame.whole) counts_.bad_frames++;
  }
  if (frame.picture) {
    if (frame.whole) pictures_.push_back({std::move(*frame.picture), now});
    frame.picture->clear();
  } else if (frame.stamp && capture_time_ == CaptureTime::kStamp) {
    place(now, frame.stamp->sequence, frame.stamp->capture_us);
  }
}

void Viewer::on_framing_error() {
  if (counts_at(now_us())) counts_.framing_errors++;
}

void Viewer::decode_pictures() {
  for (const Picture &picture : pictures_) {
    std::optional<Timecode> code = read_picture_timecode(picture.jpeg);
    if (code)
      place(picture.arrival_us, code->sequence, static_cast<int64_t>(code->capture_us));
    else if (counts_at(picture.arrival_us))
      counts_.bad_frames++;
  }
  pictures_.clear();
}

void Viewer::place(int64_t arrival_us, int64_t sequence, int64_t capture_us) {
  double age_ms = static_cast<double>(arrival_us - capture_us) / 1000;
  if (recording_) ages_ms_.push_back(static_cast<float>(age_ms));
  std::optional<int64_t> last = last_sequence_;
  last_sequence_ = sequence;
  if (!counts_at(arrival_us)) return;
  int64_t step = last ? sequence - *last : 1;
  if (capture_time_ == CaptureTime::kPicture && step < -kTimecodeSequences / 2) step += kTimecodeSequences;
  if (step == 0) {
    counts_.duplicates++;
    return;  // shown again on purpose: its age says nothing
  }
  if (step < 0) counts_.backwards++;
  if (step > 1) {
    counts_.gaps++;
    counts_.missed += step - 1;
  }
  counts_.worst_ms = std::max(counts_.worst_ms, age_ms);
  latencies_ms_.push_back(static_cast<float>(age_ms));
}
