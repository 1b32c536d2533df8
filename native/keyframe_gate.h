// Lets a valve that opens begin with a keyframe: what builds on frames that it dropped would decode to garbage.
#pragma once

#include <cstdint>

#include "gst_ptr.h"

namespace lenscast {

// In front of one valve, from the pipeline's construction to its end. Streams without keyframes (intra refresh) pass
// after a while all the same. Frames that stand alone (JPEG, raw) are never held up: they carry no delta flag.
class KeyframeGate {
 public:
  // Puts a gate before each valve in the pipeline.
  static void attachToValves(GstElement* pipeline);

 private:
  explicit KeyframeGate(GstElement* valve) : valve_(valve) {}
  static void attach(GstElement* valve);
  static GstPadProbeReturn onProbe(GstPad* pad, GstPadProbeInfo* info, gpointer data);
  bool valveIsShut() const;
  bool pass(GstBuffer* buffer);
  bool passList(GstPadProbeInfo* info);

  // Owns the pad that holds the gate, so it outlives it.
  GstElement* const valve_;
  // Of the streaming thread alone.
  bool waiting_ = true;
  int64_t waitingSinceNs_ = 0;
};

}  // namespace lenscast
