#include "meter.h"

#include <string>

#include "clock.h"
#include "errors.h"

namespace lenscast {
namespace {

using Watch = void (Meter::*)(GstClockTime);

PadPtr padOf(GstElement* element, const char* name) {
  PadPtr pad(gst_element_get_static_pad(element, name));
  if (pad) return pad;
  const CharsPtr own(gst_element_get_name(element));
  throw AddonError(code::kInvalidArg, "options.meters: element \"" + toString(own.get()) + "\" has no pad \"" + name +
                                          "\"");
}

// The same on both sides: encoders may add to the time stamps, and to their segment as much.
GstClockTime runningTimeOf(GstPad* pad, GstBuffer* buffer) {
  const EventPtr event(gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0));
  if (!event || !GST_BUFFER_PTS_IS_VALID(buffer)) return GST_CLOCK_TIME_NONE;
  const GstSegment* segment = nullptr;
  gst_event_parse_segment(event.get(), &segment);
  return gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
}

struct Probe {
  std::shared_ptr<Meter> meter;
  Watch watch;
};

}  // namespace

void Meter::attach(GstElement* element, const std::shared_ptr<Meter>& meter) {
  const auto add = [&](const char* pad, Watch watch) {
    gst_pad_add_probe(
        padOf(element, pad).get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad* at, GstPadProbeInfo* info, gpointer data) {
          const auto* probe = static_cast<Probe*>(data);
          ((*probe->meter).*(probe->watch))(runningTimeOf(at, GST_PAD_PROBE_INFO_BUFFER(info)));
          return GST_PAD_PROBE_OK;
        },
        new Probe{meter, watch}, [](gpointer data) { delete static_cast<Probe*>(data); });
  };
  add("sink", &Meter::enter);
  add("src", &Meter::leave);
}

void Meter::enter(GstClockTime runningTime) {
  const std::lock_guard lock(mutex_);
  stats_.in += 1;
  stats_.sinceOut += 1;
  if (!GST_CLOCK_TIME_IS_VALID(runningTime)) return;
  entries_[next_] = {runningTime, monotonicNs()};
  next_ = (next_ + 1) % entries_.size();
}

void Meter::leave(GstClockTime runningTime) {
  const int64_t nowNs = monotonicNs();
  const std::lock_guard lock(mutex_);
  stats_.out += 1;
  stats_.sinceOut = 0;
  if (!GST_CLOCK_TIME_IS_VALID(runningTime)) return;
  for (Entry& entry : entries_) {
    if (entry.runningTime != runningTime) continue;
    stats_.timed += 1;
    stats_.busyNs += nowNs - entry.atNs;
    entry = {};
    return;
  }
}

MeterStats Meter::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

}  // namespace lenscast
