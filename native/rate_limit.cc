#include "rate_limit.h"

#include <algorithm>
#include <atomic>
#include <optional>

#include "clock.h"
#include "filter_element.h"

namespace lenscast {
namespace {

enum Property : guint { kMaxRate = 1 };

constexpr guint kMostRate = 1000;

// Of the streaming thread, but for the atomic.
class RateLimit : public FilterDefaults {
 public:
  static constexpr FilterNames kNames{"LenscastRateLimit", "lenscastratelimit", "Rate limit",
                                      "Leaves out pictures, evenly"};

  static constexpr bool kChangesCaps = true;

  static void installProperties(GObjectClass* object) {
    g_object_class_install_property(
        object, kMaxRate,
        g_param_spec_uint("max-rate", "Most frame rate", "Pictures a second that pass; 0: all", 0, kMostRate, 0,
                          static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)));
  }

  void setProperty(guint, const GValue* value) { maxRate_ = g_value_get_uint(value); }
  void getProperty(guint, GValue* value) const { g_value_set_uint(value, maxRate_); }

  GstCaps* otherCaps(GstCaps* caps) {
    GstCaps* other = gst_caps_copy(caps);
    for (guint i = 0; i < gst_caps_get_size(other); i++) {
      GstStructure* structure = gst_caps_get_structure(other, i);
      if (tellsRate(structure)) gst_structure_remove_field(structure, "framerate");
    }
    return other;
  }

  GstCaps* outputCaps(GstCaps* input) {
    const guint most = maxRate_;
    int numerator = 0;
    int denominator = 1;
    const GstStructure* first = gst_caps_get_size(input) > 0 ? gst_caps_get_structure(input, 0) : nullptr;
    const bool rated = first != nullptr && tellsRate(first) &&
                       gst_structure_get_fraction(first, "framerate", &numerator, &denominator);
    const bool isUnknown = numerator == 0;
    const bool isMore = most > 0 && (isUnknown || numerator > static_cast<int64_t>(most) * denominator);
    if (!rated || !isMore) return gst_caps_ref(input);
    GstCaps* output = gst_caps_copy(input);
    gst_caps_set_simple(output, "framerate", GST_TYPE_FRACTION, static_cast<int>(most), 1, nullptr);
    return output;
  }

  void stop() {
    dueNs_.reset();
    seenNs_.reset();
  }

  GstFlowReturn filter(const GstBuffer* buffer) { return pass(buffer) ? GST_FLOW_OK : GST_BASE_TRANSFORM_FLOW_DROPPED; }

 private:
  // Of raw pictures alone: decoders take no notice of another rate once they run, and go on to tell the first.
  static bool tellsRate(const GstStructure* structure) { return gst_structure_has_name(structure, "video/x-raw"); }

  bool pass(const GstBuffer* buffer) {
    const guint rate = maxRate_;
    if (rate == 0) return true;
    const int64_t nowNs =
        GST_BUFFER_PTS_IS_VALID(buffer) ? static_cast<int64_t>(GST_BUFFER_PTS(buffer)) : monotonicNs();
    measure(nowNs);
    const auto intervalNs = static_cast<int64_t>(GST_SECOND / rate);
    const int64_t toleranceNs = std::min(sourceIntervalNs_, intervalNs) / 4;
    // Far ahead of its time is what a clock that stepped back looks like.
    const bool onGrid = dueNs_ && nowNs < *dueNs_ + intervalNs && *dueNs_ <= nowNs + 2 * intervalNs;
    if (onGrid && nowNs < *dueNs_ - toleranceNs) return false;
    dueNs_ = (onGrid ? *dueNs_ : nowNs) + intervalNs;
    return true;
  }

  void measure(int64_t nowNs) {
    const int64_t gapNs = seenNs_ ? nowNs - *seenNs_ : 0;
    seenNs_ = nowNs;
    if (gapNs <= 0 || gapNs > kLongestGapNs) return;
    sourceIntervalNs_ = sourceIntervalNs_ == 0 ? gapNs : sourceIntervalNs_ + (gapNs - sourceIntervalNs_) / 10;
  }

  static constexpr int64_t kLongestGapNs = 2 * static_cast<int64_t>(GST_SECOND);

  std::atomic<guint> maxRate_{0};
  std::optional<int64_t> dueNs_;
  std::optional<int64_t> seenNs_;
  // Smoothed.
  int64_t sourceIntervalNs_ = 0;
};

}  // namespace

void registerRateLimit() { FilterElement<RateLimit>::registerElement(); }

}  // namespace lenscast
