#include "pipeline.h"

#include <cstring>
#include <utility>

#include "delivery_gate.h"
#include "description.h"
#include "elements.h"
#include "errors.h"
#include "heap.h"
#include "keyframe_gate.h"
#include "keyframe_request.h"
#include "live_decoders.h"
#include "software_decoders.h"
#include "v4l2_pools.h"

namespace lenscast {
namespace {

// The present on a source's own time line. A pipeline gives its elements the clock at once, but the time from which to
// count one after the other as each begins to play, sources last: until then it is the beginning.
GstClockTime runningTimeOf(GstElement* source) {
  if (stateOf(source) != GST_STATE_PLAYING) return 0;
  const ClockPtr clock(gst_element_get_clock(source));
  const GstClockTime now = clock ? gst_clock_get_time(clock.get()) : 0;
  const GstClockTime baseTime = gst_element_get_base_time(source);
  return now > baseTime ? now - baseTime : 0;
}

}  // namespace

Pipeline::Pipeline(AbandonedCount abandoned)
    : abandoned_(std::move(abandoned)),
      bell_(std::make_shared<Doorbell>()),
      events_(std::make_shared<EventQueue>(bell_)) {}

std::shared_ptr<Pipeline> Pipeline::open(const std::string& description, const PipelineOptions& options,
                                         AbandonedCount abandoned) {
  const auto& [sinks, tap, meters, afterDelivery, threads] = options;
  auto pool = threads.areUsual() ? nullptr : std::make_unique<ThreadPool>(threads);
  const std::shared_ptr<Pipeline> pipeline(new Pipeline(std::move(abandoned)));
  pipeline->element_ = parsePipeline(description);
  GstElement* element = pipeline->element_.get();
  pipeline->sources_ = std::make_shared<Sources>(element);
  for (const std::string& name : sinks) {
    const AppSinkPtr appsink = findAppSink(element, name);
    auto sink = std::make_shared<FrameSink>(pipeline->bell_);
    if (!pipeline->sinks_.emplace(name, sink).second) {
      throw AddonError(code::kInvalidArg, "options.sinks names " + quoted(name) + " twice");
    }
    FrameSink::attach(appsink.get(), sink);
  }
  if (tap) {
    pipeline->tapPad_.reset(gst_element_get_static_pad(findElement(element, *tap).get(), "src"));
    if (!pipeline->tapPad_) {
      throw AddonError(code::kInvalidArg, "options.tap: element " + quoted(*tap) + " has no pad \"src\"");
    }
    pipeline->tap_ = std::make_shared<Tap>(pipeline->events_);
    Tap::attach(pipeline->tapPad_.get(), pipeline->tap_);
  }
  for (const std::string& name : meters) {
    auto meter = std::make_shared<Meter>();
    if (!pipeline->meters_.emplace(name, meter).second) {
      throw AddonError(code::kInvalidArg, "options.meters names " + quoted(name) + " twice");
    }
    Meter::attach(findElement(element, name).get(), meter);
  }
  for (const std::string& name : afterDelivery) DeliveryGate::attach(findElement(element, name).get(), pipeline->bell_);
  KeyframeGate::attachToValves(element);
  decodeInSoftware(element);
  decodeWithoutDelay(element);
  const BusPtr bus(gst_element_get_bus(element));
  EventQueue::watch(bus.get(), element, pipeline->events_, std::move(pool));
  return pipeline;
}

void Pipeline::requireOpen() const {
  if (closing_) throw AddonError(code::kClosed, "the pipeline was closed");
}

void Pipeline::requireStarted(const char* call) const {
  requireOpen();
  if (!started_) throw AddonError(code::kState, std::string(call) + "() before start()");
}

std::vector<std::string> Pipeline::announceFrames() {
  bool isNews = false;
  std::vector<std::string> waiting;
  for (const auto& [name, sink] : sinks_) {
    isNews = sink->announce() || isNews;
    if (sink->hasFrame()) waiting.push_back(name);
  }
  if (!isNews) waiting.clear();
  return waiting;
}

void Pipeline::markStarted() {
  requireOpen();
  if (std::exchange(started_, true)) throw AddonError(code::kState, "start() was called before");
  events_->hold();
}

void Pipeline::play() {
  const AddonError closed(code::kClosed, "the pipeline was closed while it started");
  {
    const std::lock_guard lock(stateChange_);
    if (closing_) throw closed;
    if (gst_element_set_state(element_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
      if (closing_) throw closed;
      const auto report = events_->firstError();
      events_->close();
      const char* refused = "the pipeline can't start";
      throw report ? AddonError(code::kStateChange, refused, *report) : AddonError(code::kStateChange, refused);
    }
  }
  if (closing_) throw closed;
  events_->letGo();
}

std::shared_ptr<Completion> Pipeline::closeAsync() {
  if (closed_) return closed_;
  auto completion = std::make_shared<Completion>(abandoned_);
  closing_ = true;
  bell_->close();
  events_->close();
  for (const auto& [name, sink] : sinks_) sink->close();
  runDetached([self = shared_from_this(), completion]() mutable {
    std::optional<V4l2Pools> pools;
    {
      const std::lock_guard lock(self->stateChange_);
      pools.emplace(self->element_.get());
      gst_element_set_state(self->element_.get(), GST_STATE_NULL);
      self->tapPad_.reset();
      self->element_.reset();
    }
    self.reset();
    completion->finish();
    pools->reclaim();
    returnFreeMemory();
  });
  closed_ = completion;
  return completion;
}

std::optional<Arrival> Pipeline::take(const std::string& sink) {
  requireOpen();
  const auto found = sinks_.find(sink);
  if (found == sinks_.end()) throw AddonError(code::kNoElement, quoted(sink) + " is none of the pipeline's sinks");
  return found->second->take();
}

void Pipeline::setProperty(const std::string& element, const std::string& name, const PropertyValue& value) {
  requireOpen();
  lenscast::setProperty(findElement(element_.get(), element).get(), name, value);
}

PropertyValue Pipeline::getProperty(const std::string& element, const std::string& name) {
  requireOpen();
  return lenscast::getProperty(findElement(element_.get(), element).get(), name);
}

bool Pipeline::push(const std::string& element, const uint8_t* bytes, size_t size, uint64_t maxQueuedBytes) {
  requireStarted("push");
  const AppSrcPtr appsrc = findAppSrc(element_.get(), element);
  if (gst_app_src_get_current_level_bytes(appsrc.get()) >= maxQueuedBytes) return false;
  BufferPtr buffer(gst_buffer_new_allocate(nullptr, size, nullptr));
  if (!buffer) throw AddonError(code::kState, "no memory for " + std::to_string(size) + " bytes");
  if (size > 0) gst_buffer_fill(buffer.get(), 0, bytes, size);
  GST_BUFFER_PTS(buffer.get()) = runningTimeOf(GST_ELEMENT(appsrc.get()));
  const GstFlowReturn flow = gst_app_src_push_buffer(appsrc.get(), buffer.release());
  if (flow != GST_FLOW_OK) {
    throw AddonError(code::kState, "appsrc " + quoted(element) + " takes no data: " + gst_flow_get_name(flow));
  }
  return true;
}

void Pipeline::endOfStream(const std::string& element) {
  requireStarted("endOfStream");
  const GstFlowReturn flow = gst_app_src_end_of_stream(findAppSrc(element_.get(), element).get());
  if (flow != GST_FLOW_OK && flow != GST_FLOW_EOS) {
    throw AddonError(code::kState, "appsrc " + quoted(element) + " can't end: " + gst_flow_get_name(flow));
  }
}

bool Pipeline::seek(double positionMs, bool flush, bool segment) {
  requireStarted("seek");
  const int flags = (flush ? GST_SEEK_FLAG_FLUSH : 0) | (segment ? GST_SEEK_FLAG_SEGMENT : 0);
  GstEvent* event = gst_event_new_seek(1.0, GST_FORMAT_TIME, static_cast<GstSeekFlags>(flags), GST_SEEK_TYPE_SET,
                                       static_cast<gint64>(positionMs * GST_MSECOND), GST_SEEK_TYPE_NONE, -1);
  events_->resetEos();
  // From the tap it goes up once; from the pipeline once for each sink, and a sink that never got data refuses it.
  if (tapPad_) return gst_pad_send_event(tapPad_.get(), event) != FALSE;
  return gst_element_send_event(element_.get(), event) != FALSE;
}

void Pipeline::requestKeyframe(const std::string& encoder, const std::optional<std::string>& action) {
  requireStarted("requestKeyframe");
  lenscast::requestKeyframe(findElement(element_.get(), encoder).get(), action);
}

GstState Pipeline::state() const {
  if (closing_) return GST_STATE_NULL;
  GST_OBJECT_LOCK(element_.get());
  const GstState state = GST_STATE(element_.get());
  GST_OBJECT_UNLOCK(element_.get());
  return state;
}

std::map<std::string, SinkStats> Pipeline::sinkStats() const {
  std::map<std::string, SinkStats> stats;
  for (const auto& [name, sink] : sinks_) stats.emplace(name, sink->stats());
  return stats;
}

std::optional<TapStats> Pipeline::tapStats() const {
  return tap_ ? std::make_optional(tap_->stats()) : std::nullopt;
}

std::map<std::string, MeterStats> Pipeline::meterStats() const {
  std::map<std::string, MeterStats> stats;
  for (const auto& [name, meter] : meters_) stats.emplace(name, meter->stats());
  return stats;
}

}  // namespace lenscast
