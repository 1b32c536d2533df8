// Reads and writes elements' properties by their types.
#pragma once

#include <string>
#include <variant>

#include "gst_ptr.h"

namespace lenscast {

using PropertyValue = std::variant<bool, double, std::string>;

// A string is taken as in a description; a number must be of the property's kind and within its range. The caps of a
// capsfilter that plays change with the next buffer (caps_change.h). Throws ERR_NO_PROPERTY where there is none to
// write (now), ERR_INVALID_ARG where the value doesn't fit.
void setProperty(GstElement* element, const std::string& name, const PropertyValue& value);

// Throws ERR_NO_PROPERTY.
PropertyValue getProperty(GstElement* element, const std::string& name);

}  // namespace lenscast
