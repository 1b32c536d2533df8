#include "delivery_gate.h"

#include <chrono>

#include "errors.h"

namespace lenscast {
namespace {

// More than sending to a hundred viewers takes, and less than a frame interval: a JavaScript thread that is busy with
// something else holds nothing up for long.
constexpr std::chrono::milliseconds kLongestWait{8};

}  // namespace

void DeliveryGate::attach(GstElement* element, const std::shared_ptr<Doorbell>& bell) {
  const PadPtr pad(gst_element_get_static_pad(element, "src"));
  if (!pad) {
    const CharsPtr name(gst_element_get_name(element));
    throw AddonError(code::kInvalidArg, "options.afterDelivery: element " + quoted(name.get()) + " has no pad \"src\"");
  }
  const int types = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST;
  gst_pad_add_probe(pad.get(), static_cast<GstPadProbeType>(types), onProbe, new std::shared_ptr<Doorbell>(bell),
                    [](gpointer data) { delete static_cast<std::shared_ptr<Doorbell>*>(data); });
}

GstPadProbeReturn DeliveryGate::onProbe(GstPad*, GstPadProbeInfo*, gpointer data) {
  (*static_cast<std::shared_ptr<Doorbell>*>(data))->waitUntilAnswered(kLongestWait);
  return GST_PAD_PROBE_OK;
}

}  // namespace lenscast
