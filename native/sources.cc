#include "sources.h"

#include "elements.h"
#include "errors.h"

namespace lenscast {
namespace {

// Bins, as rtspsrc, end their sessions by themselves when their turn comes.
bool isPlainSource(GstElement* element) {
  return GST_OBJECT_FLAG_IS_SET(element, GST_ELEMENT_FLAG_SOURCE) && !GST_IS_BIN(element);
}

}  // namespace

Sources::Sources(GstElement* pipeline) {
  forEachElement(pipeline, [this](GstElement* element) {
    if (isPlainSource(element)) known_.emplace_back(element);
  });
}

void Sources::free(Milliseconds timeout) {
  // It is the pipeline that counts as abandoned.
  const auto done = std::make_shared<Completion>(std::make_shared<std::atomic<int>>(0));
  try {
    runDetached([self = shared_from_this(), done] {
      for (Known& known : self->known_) {
        const ElementPtr element = known.get();
        if (!element) continue;
        // Else the pipeline would take it along to where it was going.
        gst_element_set_locked_state(element.get(), TRUE);
        gst_element_set_state(element.get(), GST_STATE_NULL);
      }
      done->finish();
    });
    done->waitOrAbandon(timeout);
  } catch (const AddonError&) {
    // Without a thread they stay as they are.
  }
}

}  // namespace lenscast
