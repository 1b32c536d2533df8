#include "probe.h"

#include <algorithm>
#include <array>
#include <utility>

#include "description.h"
#include "errors.h"
#include "events.h"
#include "gst_ptr.h"

namespace lenscast {
namespace {

constexpr std::chrono::milliseconds kSlice{20};
constexpr size_t kMostStructures = 2000;
constexpr std::array<const char*, 4> kExpanded{"format", "width", "height", "framerate"};

// A pipeline that goes to NULL at the end of its scope.
class ShortPipeline {
 public:
  explicit ShortPipeline(const std::string& description)
      : element_(parsePipeline(description)), bus_(gst_element_get_bus(element_.get())) {}
  ~ShortPipeline() { gst_element_set_state(element_.get(), GST_STATE_NULL); }
  ShortPipeline(const ShortPipeline&) = delete;
  ShortPipeline& operator=(const ShortPipeline&) = delete;

  GstElement* get() const { return element_.get(); }

  void setState(GstState state) const {
    if (gst_element_set_state(element_.get(), state) != GST_STATE_CHANGE_FAILURE) return;
    throwError();
    throw AddonError(code::kStateChange, "the pipeline can't start");
  }

  // Throws where an element posted an error. All other messages are let go.
  void throwError() const {
    const auto types = static_cast<GstMessageType>(GST_MESSAGE_ERROR);
    const MessagePtr message(gst_bus_pop_filtered(bus_.get(), types));
    if (message) throw AddonError(code::kStateChange, "the pipeline failed", reportOf(message.get()));
  }

 private:
  const ElementPtr element_;
  const BusPtr bus_;
};

std::string capsOf(GstSample* sample) {
  const CharsPtr text(gst_caps_to_string(gst_sample_get_caps(sample)));
  return toString(text.get());
}

PadPtr sourcePad(GstElement* element) {
  PadPtr pad(gst_element_get_static_pad(element, "src"));
  if (pad) return pad;
  GST_OBJECT_LOCK(element);
  if (element->srcpads != nullptr) pad.reset(GST_PAD(gst_object_ref(element->srcpads->data)));
  GST_OBJECT_UNLOCK(element);
  if (!pad) throw AddonError(code::kNoElement, "the element \"source\" has no source pad");
  return pad;
}

std::string toText(StructurePtr structure, const GstCapsFeatures* features) {
  const CapsPtr caps(gst_caps_new_full(structure.release(), nullptr));
  if (features != nullptr) gst_caps_set_features(caps.get(), 0, gst_caps_features_copy(features));
  const CharsPtr text(gst_caps_to_string(caps.get()));
  return toString(text.get());
}

// Takes the lists of the fields from `field` on apart.
void expand(const GstStructure* structure, const GstCapsFeatures* features, size_t field,
            std::vector<std::string>& found) {
  if (found.size() >= kMostStructures) return;
  const GValue* list = nullptr;
  for (; field < kExpanded.size(); field += 1) {
    list = gst_structure_get_value(structure, kExpanded[field]);
    if (list != nullptr && GST_VALUE_HOLDS_LIST(list)) break;
  }
  StructurePtr copy(gst_structure_copy(structure));
  if (field == kExpanded.size()) {
    found.push_back(toText(std::move(copy), features));
    return;
  }
  for (guint i = 0; i < gst_value_list_get_size(list); i += 1) {
    gst_structure_set_value(copy.get(), kExpanded[field], gst_value_list_get_value(list, i));
    expand(copy.get(), features, field + 1, found);
  }
}

}  // namespace

ProbeResult probe(const std::string& description, Milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const ShortPipeline pipeline(description);
  const AppSinkPtr sink = findAppSink(pipeline.get(), "probe");
  pipeline.setState(GST_STATE_PLAYING);
  while (std::chrono::steady_clock::now() < deadline) {
    const SamplePtr sample(gst_app_sink_try_pull_sample(sink.get(), std::chrono::nanoseconds(kSlice).count()));
    if (sample && gst_sample_get_buffer(sample.get()) != nullptr) {
      return {capsOf(sample.get()), gst_buffer_get_size(gst_sample_get_buffer(sample.get()))};
    }
    pipeline.throwError();
    if (gst_app_sink_is_eos(sink.get())) {
      throw AddonError(code::kStateChange, "the stream ended before a buffer reached the appsink \"probe\"");
    }
  }
  throw AddonError(code::kTimeout, "no buffer within " + std::to_string(static_cast<int64_t>(timeout.count())) + " ms");
}

std::vector<std::string> queryCaps(const std::string& description) {
  const ShortPipeline pipeline(description);
  const ElementPtr source = findElement(pipeline.get(), "source");
  pipeline.setState(GST_STATE_READY);
  const CapsPtr caps(gst_pad_query_caps(sourcePad(source.get()).get(), nullptr));
  std::vector<std::string> found;
  if (gst_caps_is_any(caps.get())) return {"ANY"};
  for (guint i = 0; i < gst_caps_get_size(caps.get()); i += 1) {
    expand(gst_caps_get_structure(caps.get(), i), gst_caps_get_features(caps.get(), i), 0, found);
  }
  return found;
}

}  // namespace lenscast
