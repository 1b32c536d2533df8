#include "description.h"

#include "elements.h"
#include "errors.h"

namespace lenscast {
namespace {

// Of the names that the parser found no element for; it also lists elements whose properties it refused.
std::string missingOf(gchar** names) {
  std::string text;
  for (gchar** name = names; name != nullptr && *name != nullptr; ++name) {
    if (FactoryPtr(gst_element_factory_find(*name))) continue;
    text += (text.empty() ? "" : ", ") + std::string(*name);
  }
  return text;
}

}  // namespace

ElementPtr parsePipeline(const std::string& description) {
  const ParseContextPtr context(gst_parse_context_new());
  GError* rawError = nullptr;
  GstElement* made =
      gst_parse_launch_full(description.c_str(), context.get(), GST_PARSE_FLAG_FATAL_ERRORS, &rawError);
  const ErrorPtr error(rawError);
  ElementPtr element(made == nullptr ? nullptr : GST_ELEMENT(gst_object_ref_sink(made)));
  const StringsPtr missing(gst_parse_context_get_missing_elements(context.get()));
  const std::string names = missingOf(missing.get());
  if (!names.empty()) {
    throw AddonError(code::kMissingElement, "GStreamer has no element " + names + " on this machine");
  }
  if (error || !element) {
    throw AddonError(code::kParse, "not a valid pipeline: " + (error ? toString(error->message) : "nothing was built"));
  }
  if (GST_IS_PIPELINE(element.get())) return element;
  ElementPtr pipeline(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
  gst_bin_add(GST_BIN(pipeline.get()), element.get());
  return pipeline;
}

ElementPtr findElement(GstElement* pipeline, const std::string& name) {
  ElementPtr element(gst_bin_get_by_name(GST_BIN(pipeline), name.c_str()));
  if (!element) throw AddonError(code::kNoElement, "the pipeline has no element " + quoted(name));
  return element;
}

AppSinkPtr findAppSink(GstElement* pipeline, const std::string& name) {
  ElementPtr element = findElement(pipeline, name);
  if (!GST_IS_APP_SINK(element.get())) {
    throw AddonError(code::kInvalidArg, "element " + quoted(name) + " is no appsink but " + factoryOf(element.get()));
  }
  return AppSinkPtr(GST_APP_SINK(element.release()));
}

AppSrcPtr findAppSrc(GstElement* pipeline, const std::string& name) {
  ElementPtr element = findElement(pipeline, name);
  if (!GST_IS_APP_SRC(element.get())) {
    throw AddonError(code::kInvalidArg, "element " + quoted(name) + " is no appsrc but " + factoryOf(element.get()));
  }
  return AppSrcPtr(GST_APP_SRC(element.release()));
}

}  // namespace lenscast
