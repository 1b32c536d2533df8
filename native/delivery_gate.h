// Lets frames that are ready go out before the work of decoding begins: on a machine whose cores are busy the decoder
// would have the time that the frames wait for.
#pragma once

#include <memory>

#include "doorbell.h"
#include "gst_ptr.h"

namespace lenscast {

class DeliveryGate {
 public:
  // What leaves `element` waits until the JavaScript thread has taken what `bell` was rung for, and a few milliseconds
  // at most. Throws ERR_INVALID_ARG where the element has no source pad.
  static void attach(GstElement* element, const std::shared_ptr<Doorbell>& bell);

 private:
  static GstPadProbeReturn onProbe(GstPad* pad, GstPadProbeInfo* info, gpointer data);
};

}  // namespace lenscast
