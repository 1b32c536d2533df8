// From a textual description to a pipeline.
#pragma once

#include <string>

#include "gst_ptr.h"

namespace lenscast {

// Always a GstPipeline, in state NULL. Throws ERR_PARSE, ERR_MISSING_ELEMENT.
ElementPtr parsePipeline(const std::string& description);

// The element of that name, at any depth. Throws ERR_NO_ELEMENT.
ElementPtr findElement(GstElement* pipeline, const std::string& name);

// The same for an appsink or an appsrc. Throws ERR_NO_ELEMENT, ERR_INVALID_ARG where it is something else.
AppSinkPtr findAppSink(GstElement* pipeline, const std::string& name);
AppSrcPtr findAppSrc(GstElement* pipeline, const std::string& name);

}  // namespace lenscast
