#include "events.h"

#include <algorithm>
#include <utility>

#include "batch_threads.h"
#include "elements.h"

namespace lenscast {
namespace {

constexpr size_t kLongestQueue = 64;

struct Watch {
  std::shared_ptr<EventQueue> queue;
  // Compared, never followed.
  const GstElement* pipeline;
  std::unique_ptr<ThreadPool> threads;
};

std::optional<Event> eventOf(GstMessage* message, const GstElement* pipeline) {
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ERROR:
      return Event{Event::Type::error, reportOf(message)};
    case GST_MESSAGE_WARNING:
      return Event{Event::Type::warning, reportOf(message)};
    case GST_MESSAGE_EOS:
      return Event{Event::Type::eos};
    case GST_MESSAGE_SEGMENT_DONE:
      return Event{Event::Type::segmentDone};
    case GST_MESSAGE_STATE_CHANGED: {
      if (GST_MESSAGE_SRC(message) != GST_OBJECT_CAST(pipeline)) return std::nullopt;
      GstState state = GST_STATE_NULL;
      gst_message_parse_state_changed(message, nullptr, &state, nullptr);
      return Event{Event::Type::state, {}, state};
    }
    default:
      return std::nullopt;
  }
}

GstBusSyncReply onMessage(GstBus*, GstMessage* message, gpointer data) {
  const MessagePtr owned(message);
  const auto* watch = static_cast<const Watch*>(data);
  if (watch->threads) watch->threads->adopt(message);
  batchPackets(message);
  if (auto event = eventOf(message, watch->pipeline)) watch->queue->push(std::move(*event));
  return GST_BUS_DROP;
}

}  // namespace

ElementReport reportOf(GstMessage* message) {
  GError* rawError = nullptr;
  gchar* rawDebug = nullptr;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error(message, &rawError, &rawDebug);
  } else {
    gst_message_parse_warning(message, &rawError, &rawDebug);
  }
  const ErrorPtr error(rawError);
  const CharsPtr debug(rawDebug);
  ElementReport report;
  report.element = toString(GST_MESSAGE_SRC_NAME(message));
  if (GST_IS_ELEMENT(GST_MESSAGE_SRC(message))) {
    report.factory = factoryOf(GST_ELEMENT_CAST(GST_MESSAGE_SRC(message)));
  }
  if (error) {
    report.domain = toString(g_quark_to_string(error->domain));
    report.number = error->code;
    report.message = maskCredentials(toString(error->message));
  }
  report.debug = maskCredentials(toString(debug.get()));
  return report;
}

void EventQueue::watch(GstBus* bus, const GstElement* pipeline, const std::shared_ptr<EventQueue>& queue,
                       std::unique_ptr<ThreadPool> threads) {
  gst_bus_set_sync_handler(bus, onMessage, new Watch{queue, pipeline, std::move(threads)},
                           [](gpointer data) { delete static_cast<Watch*>(data); });
}

bool EventQueue::makeRoom(Event::Type type) {
  if (waiting_.size() < kLongestQueue || type == Event::Type::eos || type == Event::Type::segmentDone) return true;
  for (const Event::Type expendable : {Event::Type::warning, Event::Type::state}) {
    const auto oldest = std::find_if(waiting_.begin(), waiting_.end(),
                                     [expendable](const Event& event) { return event.type == expendable; });
    if (oldest == waiting_.end()) continue;
    waiting_.erase(oldest);
    return true;
  }
  return false;
}

void EventQueue::push(Event event) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    if (event.type == Event::Type::eos && std::exchange(sawEos_, true)) return;
    if (!makeRoom(event.type)) return;
    waiting_.push_back(std::move(event));
    if (held_) return;
  }
  bell_->ring();
}

std::vector<Event> EventQueue::drain() {
  const std::lock_guard lock(mutex_);
  if (held_) return {};
  std::vector<Event> events(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  return events;
}

void EventQueue::resetEos() {
  const std::lock_guard lock(mutex_);
  sawEos_ = false;
}

void EventQueue::hold() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void EventQueue::letGo() {
  {
    const std::lock_guard lock(mutex_);
    held_ = false;
    if (waiting_.empty()) return;
  }
  bell_->ring();
}

std::optional<ElementReport> EventQueue::firstError() const {
  const std::lock_guard lock(mutex_);
  const auto error = std::find_if(waiting_.begin(), waiting_.end(),
                                  [](const Event& event) { return event.type == Event::Type::error; });
  return error == waiting_.end() ? std::nullopt : std::make_optional(error->report);
}

void EventQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  waiting_.clear();
}

}  // namespace lenscast
