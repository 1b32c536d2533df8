// One GStreamer pipeline: built from a description, played, watched, stopped.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "completion.h"
#include "events.h"
#include "frame_sink.h"
#include "gst_ptr.h"
#include "meter.h"
#include "property.h"
#include "sources.h"
#include "tap.h"
#include "thread_settings.h"

namespace lenscast {

// The names of elements, and how threads are to run.
struct PipelineOptions {
  std::vector<std::string> sinks;
  std::optional<std::string> tap;
  std::vector<std::string> meters;
  // What leaves these waits while frames are delivered.
  std::vector<std::string> afterDelivery;
  ThreadSettings threads;
};

// Used on the JavaScript thread but for play(). Knows nothing of JavaScript but the doorbell it rings.
//
// The streaming threads and the bus hold the sinks, the tap and the event queue by reference counts, never the
// pipeline itself. closeAsync() is the one way down: it silences these, and takes the GstPipeline to NULL and frees it
// on a thread that holds this object until it is done.
class Pipeline : public std::enable_shared_from_this<Pipeline> {
 public:
  // In state NULL. Throws ERR_PARSE, ERR_MISSING_ELEMENT, ERR_NO_ELEMENT, ERR_INVALID_ARG.
  static std::shared_ptr<Pipeline> open(const std::string& description, const PipelineOptions& options,
                                        AbandonedCount abandoned);

  // Rung when a frame or an event waits.
  const std::shared_ptr<Doorbell>& bell() const { return bell_; }
  const std::shared_ptr<EventQueue>& events() const { return events_; }

  // The sinks where frames wait; none where all of these were announced before.
  std::vector<std::string> announceFrames();

  // From now on frames and events may come. Throws ERR_CLOSED, ERR_STATE.
  void markStarted();
  // Blocks; on a thread of its own. To PLAYING; throws ERR_STATE_CHANGE, ERR_CLOSED where closeAsync() came first.
  void play();
  // Idempotent; the completion finishes when the pipeline is in NULL and freed.
  std::shared_ptr<Completion> closeAsync();
  bool closing() const { return closing_; }

  // Each throws ERR_CLOSED, and ERR_NO_ELEMENT where it names an element.
  std::optional<Arrival> take(const std::string& sink);
  void setProperty(const std::string& element, const std::string& name, const PropertyValue& value);
  PropertyValue getProperty(const std::string& element, const std::string& name);
  // Throw ERR_STATE before the start, and where the element takes no data any more.
  bool push(const std::string& element, const uint8_t* bytes, size_t size, uint64_t maxQueuedBytes);
  void endOfStream(const std::string& element);
  bool seek(double positionMs, bool flush, bool segment);
  void requestKeyframe(const std::string& encoder, const std::optional<std::string>& action);

  // To be freed where closeAsync() hangs.
  std::shared_ptr<Sources> sources() const { return sources_; }

  // The last figures after closeAsync().
  GstState state() const;
  std::map<std::string, SinkStats> sinkStats() const;
  std::optional<TapStats> tapStats() const;
  std::map<std::string, MeterStats> meterStats() const;

 private:
  explicit Pipeline(AbandonedCount abandoned);
  void requireOpen() const;
  void requireStarted(const char* call) const;

  const AbandonedCount abandoned_;
  const std::shared_ptr<Doorbell> bell_;
  const std::shared_ptr<EventQueue> events_;
  std::map<std::string, std::shared_ptr<FrameSink>> sinks_;
  std::shared_ptr<Tap> tap_;
  std::map<std::string, std::shared_ptr<Meter>> meters_;
  PadPtr tapPad_;
  std::shared_ptr<Sources> sources_;
  // Freed by the closing thread; nobody else looks at it once closing_ is true.
  ElementPtr element_;
  std::shared_ptr<Completion> closed_;
  bool started_ = false;
  std::atomic<bool> closing_{false};
  // Held during a state change, so that a late start can't come behind the stop.
  std::mutex stateChange_;
};

}  // namespace lenscast
