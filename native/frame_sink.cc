#include "frame_sink.h"

#include <algorithm>
#include <utility>

#include "clock.h"

namespace lenscast {
namespace {

constexpr size_t kLongestQueue = 16;
// More than any jitter buffer holds: a time stamp that leapt back.
constexpr int64_t kMostAgeNs = 30 * static_cast<int64_t>(GST_SECOND);

// CLOCK_MONOTONIC nanoseconds of the capture: PTS to running time to the pipeline's clock, whose distance from now is
// taken off the present. `arrivalNs` where that can't be told or believed, and never later than it.
int64_t captureTimeNs(GstElement* element, GstSample* sample, int64_t arrivalNs) {
  const GstBuffer* buffer = gst_sample_get_buffer(sample);
  const GstSegment* segment = gst_sample_get_segment(sample);
  if (!GST_BUFFER_PTS_IS_VALID(buffer) || segment == nullptr || segment->format != GST_FORMAT_TIME) return arrivalNs;
  const guint64 runningTime = gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
  const GstClockTime baseTime = gst_element_get_base_time(element);
  const ClockPtr clock(gst_element_get_clock(element));
  if (!clock || !GST_CLOCK_TIME_IS_VALID(runningTime) || !GST_CLOCK_TIME_IS_VALID(baseTime)) return arrivalNs;
  const auto captured = static_cast<int64_t>(baseTime + runningTime);
  const auto ageNs = static_cast<int64_t>(gst_clock_get_time(clock.get())) - captured;
  return ageNs > kMostAgeNs ? arrivalNs : std::min(monotonicNs() - ageNs, arrivalNs);
}

bool standsForItself(GstSample* sample) {
  const GstCaps* caps = gst_sample_get_caps(sample);
  if (caps == nullptr || gst_caps_is_empty(caps) || gst_caps_is_any(caps)) return true;
  const gchar* name = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  return g_str_has_prefix(name, "image/") || g_str_has_prefix(name, "video/x-raw");
}

}  // namespace

void FrameSink::attach(GstAppSink* appsink, const std::shared_ptr<FrameSink>& sink) {
  gst_app_sink_set_emit_signals(appsink, FALSE);
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = onSample;
  gst_app_sink_set_callbacks(appsink, &callbacks, new std::shared_ptr<FrameSink>(sink),
                             [](gpointer data) { delete static_cast<std::shared_ptr<FrameSink>*>(data); });
}

GstFlowReturn FrameSink::onSample(GstAppSink* appsink, gpointer data) {
  const std::shared_ptr<FrameSink>& sink = *static_cast<std::shared_ptr<FrameSink>*>(data);
  SamplePtr sample(gst_app_sink_try_pull_sample(appsink, 0));
  if (!sample || gst_sample_get_buffer(sample.get()) == nullptr) return GST_FLOW_OK;
  const int64_t arrivalNs = monotonicNs();
  const int64_t captureNs = captureTimeNs(GST_ELEMENT(appsink), sample.get(), arrivalNs);
  const bool keyframe = !GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(sample.get()), GST_BUFFER_FLAG_DELTA_UNIT);
  const bool independent = standsForItself(sample.get());
  sink->put({std::move(sample), toMs(captureNs), toMs(arrivalNs), 0, keyframe}, independent);
  return GST_FLOW_OK;
}

void FrameSink::put(Arrival arrival, bool independent) {
  {
    const std::lock_guard lock(mutex_);
    arrival.sequence = stats_.received;
    stats_.received += 1;
    stats_.bytes += gst_buffer_get_size(gst_sample_get_buffer(arrival.sample.get()));
    if (closed_) {
      stats_.dropped += 1;
      return;
    }
    const bool noneWaited = waiting_.empty();
    enqueue(std::move(arrival), independent);
    if (!noneWaited || waiting_.empty()) return;
    unannounced_ = true;
  }
  bell_->ring();
}

void FrameSink::enqueue(Arrival arrival, bool independent) {
  const bool full = waiting_.size() >= kLongestQueue;
  if (!independent && !arrival.keyframe && (full || needsKeyframe_)) {
    needsKeyframe_ = true;
    stats_.dropped += 1;
    return;
  }
  if (independent || full) {
    stats_.dropped += waiting_.size();
    waiting_.clear();
  }
  if (arrival.keyframe) needsKeyframe_ = false;
  waiting_.push_back(std::move(arrival));
}

std::optional<Arrival> FrameSink::take() {
  std::optional<Arrival> arrival;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return arrival;
    arrival.emplace(std::move(waiting_.front()));
    waiting_.pop_front();
    stats_.taken += 1;
    unannounced_ = !waiting_.empty();
    if (!unannounced_) return arrival;
  }
  bell_->ring();
  return arrival;
}

bool FrameSink::announce() {
  const std::lock_guard lock(mutex_);
  return std::exchange(unannounced_, false) && !waiting_.empty();
}

bool FrameSink::hasFrame() const {
  const std::lock_guard lock(mutex_);
  return !waiting_.empty();
}

SinkStats FrameSink::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

void FrameSink::close() {
  std::deque<Arrival> dropped;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  stats_.dropped += waiting_.size();
  dropped.swap(waiting_);
}

}  // namespace lenscast
