#include "keyframe_request.h"

#include <gst/video/video.h>

#include "errors.h"

namespace lenscast {
namespace {

void emitAction(GstElement* encoder, const std::string& action) {
  GSignalQuery query{};
  g_signal_query(g_signal_lookup(action.c_str(), G_OBJECT_TYPE(encoder)), &query);
  const bool isAction = query.signal_id != 0 && (query.signal_flags & G_SIGNAL_ACTION) != 0;
  if (!isAction || query.n_params != 0) {
    throw AddonError(code::kInvalidArg,
                     "action: element " + quoted(GST_OBJECT_NAME(encoder)) + " has no action signal " + quoted(action) +
                         " without parameters");
  }
  // Every action signal of an encoder returns nothing; one that returned something is given no place for it.
  g_signal_emit(encoder, query.signal_id, 0);
}

}  // namespace

void requestKeyframe(GstElement* encoder, const std::optional<std::string>& action) {
  if (action) {
    emitAction(encoder, *action);
    return;
  }
  const PadPtr pad(gst_element_get_static_pad(encoder, "src"));
  if (!pad) {
    throw AddonError(code::kInvalidArg, "element: " + quoted(GST_OBJECT_NAME(encoder)) + " has no pad \"src\"");
  }
  gst_pad_send_event(pad.get(), gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

}  // namespace lenscast
