#include "rate_limit.h"

#include <gst/base/gstbasetransform.h>

#include <algorithm>
#include <atomic>
#include <optional>

#include "clock.h"
#include "gst_ptr.h"

namespace lenscast {
namespace {

// What the element does. Of the streaming thread, but for the atomic.
class RateLimit {
 public:
  std::atomic<guint> maxRate{0};

  void forget() {
    dueNs_.reset();
    seenNs_.reset();
  }

  bool pass(const GstBuffer* buffer) {
    const guint rate = maxRate;
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

 private:
  void measure(int64_t nowNs) {
    const int64_t gapNs = seenNs_ ? nowNs - *seenNs_ : 0;
    seenNs_ = nowNs;
    if (gapNs <= 0 || gapNs > kLongestGapNs) return;
    sourceIntervalNs_ = sourceIntervalNs_ == 0 ? gapNs : sourceIntervalNs_ + (gapNs - sourceIntervalNs_) / 10;
  }

  static constexpr int64_t kLongestGapNs = 2 * static_cast<int64_t>(GST_SECOND);

  std::optional<int64_t> dueNs_;
  std::optional<int64_t> seenNs_;
  // Smoothed.
  int64_t sourceIntervalNs_ = 0;
};

struct Element {
  GstBaseTransform parent;
  RateLimit* limit;
};

struct ElementClass {
  GstBaseTransformClass parent;
};

enum Property : guint { kMaxRate = 1 };

constexpr guint kMostRate = 1000;

RateLimit& limitOf(gpointer instance) { return *static_cast<Element*>(instance)->limit; }

GstBaseTransformClass* parentClass = nullptr;

void initInstance(GTypeInstance* instance, gpointer) {
  auto* element = reinterpret_cast<Element*>(instance);
  element->limit = new RateLimit;
  gst_base_transform_set_in_place(&element->parent, TRUE);
  gst_base_transform_set_passthrough(&element->parent, TRUE);
}

void finalize(GObject* object) {
  delete reinterpret_cast<Element*>(object)->limit;
  G_OBJECT_CLASS(parentClass)->finalize(object);
}

void setProperty(GObject* object, guint, const GValue* value, GParamSpec*) {
  limitOf(object).maxRate = g_value_get_uint(value);
}

void getProperty(GObject* object, guint, GValue* value, GParamSpec*) {
  g_value_set_uint(value, limitOf(object).maxRate);
}

gboolean stop(GstBaseTransform* transform) {
  limitOf(transform).forget();
  return TRUE;
}

GstFlowReturn transformInPlace(GstBaseTransform* transform, GstBuffer* buffer) {
  return limitOf(transform).pass(buffer) ? GST_FLOW_OK : GST_BASE_TRANSFORM_FLOW_DROPPED;
}

void addPadTemplate(GstElementClass* element, const char* name, GstPadDirection direction) {
  const CapsPtr any(gst_caps_new_any());
  gst_element_class_add_pad_template(element, gst_pad_template_new(name, direction, GST_PAD_ALWAYS, any.get()));
}

void initClass(gpointer rawClass, gpointer) {
  parentClass = static_cast<GstBaseTransformClass*>(g_type_class_peek_parent(rawClass));
  GObjectClass* object = G_OBJECT_CLASS(rawClass);
  object->finalize = finalize;
  object->set_property = setProperty;
  object->get_property = getProperty;
  g_object_class_install_property(
      object, kMaxRate,
      g_param_spec_uint("max-rate", "Most frame rate", "Pictures a second that pass; 0: all", 0, kMostRate, 0,
                        static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)));
  GstElementClass* element = GST_ELEMENT_CLASS(rawClass);
  addPadTemplate(element, "sink", GST_PAD_SINK);
  addPadTemplate(element, "src", GST_PAD_SRC);
  gst_element_class_set_static_metadata(element, "Rate limit", "Filter/Video", "Leaves out pictures, evenly",
                                        "Lenscast");
  GstBaseTransformClass* transform = GST_BASE_TRANSFORM_CLASS(rawClass);
  transform->stop = stop;
  transform->transform_ip = transformInPlace;
}

}  // namespace

void registerRateLimit() {
  const GType type = g_type_register_static_simple(
      GST_TYPE_BASE_TRANSFORM, "LenscastRateLimit", sizeof(ElementClass), initClass, sizeof(Element), initInstance,
      static_cast<GTypeFlags>(0));
  gst_element_register(nullptr, "lenscastratelimit", GST_RANK_NONE, type);
}

}  // namespace lenscast
