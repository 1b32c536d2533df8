#include "software_decoders.h"

#include "elements.h"

namespace lenscast {

void decodeInSoftware(GstElement* pipeline) {
  forEachElementWithin(pipeline, [](GstElement* element) {
    const char* property = "force-sw-decoders";
    if (hasProperty(element, property)) g_object_set(element, property, TRUE, nullptr);
  });
}

}  // namespace lenscast
