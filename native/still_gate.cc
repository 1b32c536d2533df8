#include "still_gate.h"

#include <gst/video/video.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "clock.h"
#include "filter_element.h"
#include "luma_grid.h"

namespace lenscast {
namespace {

enum Property : guint { kMinFps = 1, kPassNext };

constexpr guint kMostFps = 1000;

// Of the streaming thread, but for the two atomics.
class StillGate : public FilterDefaults {
 public:
  static constexpr FilterNames kNames{"LenscastStillGate", "lenscaststillgate", "Still gate",
                                      "Leaves out pictures with nothing new"};

  static void installProperties(GObjectClass* object) {
    const auto flags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
    g_object_class_install_property(
        object, kMinFps,
        g_param_spec_uint("min-fps", "Least frame rate",
                          "Pictures a second that pass also where nothing changes; 0: all", 0, kMostFps, 0, flags));
    g_object_class_install_property(
        object, kPassNext,
        g_param_spec_boolean("pass-next", "Pass next", "Let the next picture pass, whatever it shows", FALSE, flags));
  }

  void setProperty(guint id, const GValue* value) {
    if (id == kMinFps) minFps_ = g_value_get_uint(value);
    if (id == kPassNext) passNext_ = g_value_get_boolean(value) != FALSE;
  }

  void getProperty(guint id, GValue* value) const {
    if (id == kMinFps) g_value_set_uint(value, minFps_);
    if (id == kPassNext) g_value_set_boolean(value, passNext_);
  }

  void setCaps(GstCaps* caps) {
    GstVideoInfo info;
    const bool raw = gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-raw");
    info_ = raw && gst_video_info_from_caps(&info, caps) ? std::make_optional(info) : std::nullopt;
    stop();
  }

  void stop() { shownNs_.reset(); }

  GstFlowReturn filter(GstBuffer* buffer) { return pass(buffer) ? GST_FLOW_OK : GST_BASE_TRANSFORM_FLOW_DROPPED; }

 private:
  bool pass(GstBuffer* buffer) {
    const guint fps = minFps_;
    if (fps == 0) {
      stop();
      return true;
    }
    const bool timed = GST_BUFFER_PTS_IS_VALID(buffer);
    const int64_t nowNs = timed ? static_cast<int64_t>(GST_BUFFER_PTS(buffer)) : monotonicNs();
    const bool must = passNext_.exchange(false) || isDue(nowNs, fps);
    const bool passes = info_ && measure(buffer) ? passGrid(must) : passBytes(buffer, must);
    if (passes) shownNs_ = nowNs;
    return passes;
  }

  bool isDue(int64_t nowNs, guint fps) {
    // Some room for jitter: what comes a little early would else be a whole frame late.
    const int64_t gapNs = nowNs > seenNs_ ? nowNs - seenNs_ : 0;
    seenNs_ = nowNs;
    return !shownNs_ || nowNs < *shownNs_ || nowNs - *shownNs_ + gapNs / 4 >= static_cast<int64_t>(GST_SECOND / fps);
  }

  // Into seen_. False where it can't be mapped, or isn't 8 bits deep.
  bool measure(GstBuffer* buffer) {
    GstVideoFrame frame;
    if (!gst_video_frame_map(&frame, &*info_, buffer, GST_MAP_READ)) return false;
    const bool measured = seen_.measure(frame);
    gst_video_frame_unmap(&frame);
    return measured;
  }

  bool passGrid(bool must) {
    if (!must && seen_.looksLike(shown_)) return false;
    std::swap(shown_, seen_);
    return true;
  }

  bool passBytes(GstBuffer* buffer, bool must) {
    const ReadMap map(buffer);
    const bool same = bytes_.size() == map.size() && std::equal(bytes_.begin(), bytes_.end(), map.data());
    if (!must && same) return false;
    bytes_.assign(map.data(), map.data() + map.size());
    return true;
  }

  std::atomic<guint> minFps_{0};
  std::atomic<bool> passNext_{false};
  std::optional<GstVideoInfo> info_;
  // The brightness, or the bytes, of the last picture that passed.
  LumaGrid shown_;
  LumaGrid seen_;
  std::vector<guint8> bytes_;
  // When the last one passed, and when the last one came.
  std::optional<int64_t> shownNs_;
  int64_t seenNs_ = 0;
};

}  // namespace

void registerStillGate() { FilterElement<StillGate>::registerElement(); }

}  // namespace lenscast
