#include "still_gate.h"

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "clock.h"
#include "gst_ptr.h"
#include "luma_grid.h"

namespace lenscast {
namespace {

// What the element does. Of the streaming thread, but for the two atomics.
class StillGate {
 public:
  std::atomic<guint> minFps{0};
  std::atomic<bool> passNext{false};

  void setCaps(GstCaps* caps) {
    GstVideoInfo info;
    const bool raw = gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-raw");
    info_ = raw && gst_video_info_from_caps(&info, caps) ? std::make_optional(info) : std::nullopt;
    forget();
  }

  void forget() { shownNs_.reset(); }

  bool pass(GstBuffer* buffer) {
    const guint fps = minFps;
    if (fps == 0) {
      forget();
      return true;
    }
    const bool timed = GST_BUFFER_PTS_IS_VALID(buffer);
    const int64_t nowNs = timed ? static_cast<int64_t>(GST_BUFFER_PTS(buffer)) : monotonicNs();
    const bool must = passNext.exchange(false) || isDue(nowNs, fps);
    const bool passes = info_ && measure(buffer) ? passGrid(must) : passBytes(buffer, must);
    if (passes) shownNs_ = nowNs;
    return passes;
  }

 private:
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

  std::optional<GstVideoInfo> info_;
  // The brightness, or the bytes, of the last picture that passed.
  LumaGrid shown_;
  LumaGrid seen_;
  std::vector<guint8> bytes_;
  // When the last one passed, and when the last one came.
  std::optional<int64_t> shownNs_;
  int64_t seenNs_ = 0;
};

struct Element {
  GstBaseTransform parent;
  StillGate* gate;
};

struct ElementClass {
  GstBaseTransformClass parent;
};

enum Property : guint { kMinFps = 1, kPassNext };

constexpr guint kMostFps = 1000;

StillGate& gateOf(gpointer instance) { return *static_cast<Element*>(instance)->gate; }

GstBaseTransformClass* parentClass = nullptr;

void initInstance(GTypeInstance* instance, gpointer) {
  auto* element = reinterpret_cast<Element*>(instance);
  element->gate = new StillGate;
  gst_base_transform_set_in_place(&element->parent, TRUE);
  // Nothing is changed, so nothing has to be copied to be writable.
  gst_base_transform_set_passthrough(&element->parent, TRUE);
}

void finalize(GObject* object) {
  delete reinterpret_cast<Element*>(object)->gate;
  G_OBJECT_CLASS(parentClass)->finalize(object);
}

void setProperty(GObject* object, guint id, const GValue* value, GParamSpec*) {
  if (id == kMinFps) gateOf(object).minFps = g_value_get_uint(value);
  if (id == kPassNext) gateOf(object).passNext = g_value_get_boolean(value) != FALSE;
}

void getProperty(GObject* object, guint id, GValue* value, GParamSpec*) {
  if (id == kMinFps) g_value_set_uint(value, gateOf(object).minFps);
  if (id == kPassNext) g_value_set_boolean(value, gateOf(object).passNext);
}

gboolean setCaps(GstBaseTransform* transform, GstCaps* in, GstCaps*) {
  gateOf(transform).setCaps(in);
  return TRUE;
}

gboolean stop(GstBaseTransform* transform) {
  gateOf(transform).forget();
  return TRUE;
}

GstFlowReturn transformInPlace(GstBaseTransform* transform, GstBuffer* buffer) {
  return gateOf(transform).pass(buffer) ? GST_FLOW_OK : GST_BASE_TRANSFORM_FLOW_DROPPED;
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
  const auto flags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_property(
      object, kMinFps,
      g_param_spec_uint("min-fps", "Least frame rate", "Pictures a second that pass also where nothing changes; 0: all",
                        0, kMostFps, 0, flags));
  g_object_class_install_property(
      object, kPassNext,
      g_param_spec_boolean("pass-next", "Pass next", "Let the next picture pass, whatever it shows", FALSE, flags));
  GstElementClass* element = GST_ELEMENT_CLASS(rawClass);
  addPadTemplate(element, "sink", GST_PAD_SINK);
  addPadTemplate(element, "src", GST_PAD_SRC);
  gst_element_class_set_static_metadata(element, "Still gate", "Filter/Video", "Leaves out pictures with nothing new",
                                        "Lenscast");
  GstBaseTransformClass* transform = GST_BASE_TRANSFORM_CLASS(rawClass);
  transform->set_caps = setCaps;
  transform->stop = stop;
  transform->transform_ip = transformInPlace;
}

}  // namespace

void registerStillGate() {
  const GType type = g_type_register_static_simple(
      GST_TYPE_BASE_TRANSFORM, "LenscastStillGate", sizeof(ElementClass), initClass, sizeof(Element), initInstance,
      static_cast<GTypeFlags>(0));
  gst_element_register(nullptr, "lenscaststillgate", GST_RANK_NONE, type);
}

}  // namespace lenscast
