// Questions to a pipeline's elements.
#pragma once

#include <functional>
#include <string>

#include "gst_ptr.h"

namespace lenscast {

// The factory that made it, as a description names it; "" where none did.
std::string factoryOf(GstElement* element);

bool isMadeBy(GstElement* element, const char* factory);

bool hasProperty(GstElement* element, const char* property);

// The one that it has reached.
GstState stateOf(GstElement* element);

using ElementVisitor = std::function<void(GstElement*)>;

// Visits what is in the pipeline itself; nothing where it is a single element. It must not change meanwhile.
void forEachElement(GstElement* pipeline, const ElementVisitor& visit);

// The same with what is in the bins within it.
void forEachElementWithin(GstElement* pipeline, const ElementVisitor& visit);

}  // namespace lenscast
