#include "property.h"

#include <cmath>
#include <limits>

#include "caps_change.h"
#include "elements.h"
#include "errors.h"

namespace lenscast {
namespace {

std::string nameOf(GstElement* element, const std::string& name) {
  const CharsPtr own(gst_object_get_name(GST_OBJECT(element)));
  return "property " + quoted(name) + " of element " + quoted(toString(own.get()));
}

GParamSpec* findSpec(GstElement* element, const std::string& name) {
  GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), name.c_str());
  if (spec == nullptr) throw AddonError(code::kNoProperty, "there is no " + nameOf(element, name));
  return spec;
}

void requireWritable(GstElement* element, const GParamSpec* spec, const std::string& name) {
  if (!(spec->flags & G_PARAM_WRITABLE) || (spec->flags & G_PARAM_CONSTRUCT_ONLY)) {
    throw AddonError(code::kNoProperty, nameOf(element, name) + " can't be written");
  }
  const GstState state = stateOf(element);
  const bool untilReady = (spec->flags & GST_PARAM_MUTABLE_READY) != 0;
  const bool untilPaused = (spec->flags & GST_PARAM_MUTABLE_PAUSED) != 0;
  const bool always = (spec->flags & GST_PARAM_MUTABLE_PLAYING) != 0;
  if (always || (untilPaused && state <= GST_STATE_PAUSED) || state <= GST_STATE_READY) return;
  if (untilReady || untilPaused) {
    throw AddonError(code::kNoProperty, nameOf(element, name) + " can't be written in state " +
                                            gst_element_state_get_name(state));
  }
}

bool fitsInteger(double number, double lowest, double beyond) {
  return number == std::floor(number) && number >= lowest && number < beyond;
}

// False where the number can't be a value of that type.
bool assignNumber(GValue* value, double number) {
  constexpr double two31 = 2147483648.0, two63 = 9223372036854775808.0;
  const GType type = G_VALUE_TYPE(value);
  switch (G_TYPE_FUNDAMENTAL(type)) {
    case G_TYPE_INT:
      if (!fitsInteger(number, -two31, two31)) return false;
      g_value_set_int(value, static_cast<gint>(number));
      return true;
    case G_TYPE_UINT:
      if (!fitsInteger(number, 0, 2 * two31)) return false;
      g_value_set_uint(value, static_cast<guint>(number));
      return true;
    case G_TYPE_LONG:
      if (!fitsInteger(number, -two63, two63)) return false;
      g_value_set_long(value, static_cast<glong>(number));
      return true;
    case G_TYPE_ULONG:
      if (!fitsInteger(number, 0, 2 * two63)) return false;
      g_value_set_ulong(value, static_cast<gulong>(number));
      return true;
    case G_TYPE_INT64:
      if (!fitsInteger(number, -two63, two63)) return false;
      g_value_set_int64(value, static_cast<gint64>(number));
      return true;
    case G_TYPE_UINT64:
      if (!fitsInteger(number, 0, 2 * two63)) return false;
      g_value_set_uint64(value, static_cast<guint64>(number));
      return true;
    case G_TYPE_FLOAT:
      if (!(std::abs(number) <= std::numeric_limits<float>::max())) return false;
      g_value_set_float(value, static_cast<gfloat>(number));
      return true;
    case G_TYPE_DOUBLE:
      if (!std::isfinite(number)) return false;
      g_value_set_double(value, number);
      return true;
    case G_TYPE_ENUM:
      if (!fitsInteger(number, -two31, two31)) return false;
      g_value_set_enum(value, static_cast<gint>(number));
      return true;
    case G_TYPE_FLAGS:
      if (!fitsInteger(number, 0, 2 * two31)) return false;
      g_value_set_flags(value, static_cast<guint>(number));
      return true;
    default:
      return false;
  }
}

bool assignString(GValue* value, const std::string& text) {
  if (G_VALUE_TYPE(value) == G_TYPE_STRING) {
    g_value_set_string(value, text.c_str());
    return true;
  }
  return gst_value_deserialize(value, text.c_str()) != FALSE;
}

bool assign(GValue* value, const PropertyValue& wanted) {
  if (const auto* text = std::get_if<std::string>(&wanted)) return assignString(value, *text);
  if (const auto* number = std::get_if<double>(&wanted)) return assignNumber(value, *number);
  if (G_VALUE_TYPE(value) != G_TYPE_BOOLEAN) return false;
  g_value_set_boolean(value, std::get<bool>(wanted));
  return true;
}

std::string describe(const PropertyValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return quoted(*text);
  if (const auto* number = std::get_if<double>(&value)) {
    gchar digits[G_ASCII_DTOSTR_BUF_SIZE];
    return g_ascii_dtostr(digits, sizeof digits, *number);
  }
  return std::get<bool>(value) ? "true" : "false";
}

}  // namespace

void setProperty(GstElement* element, const std::string& name, const PropertyValue& wanted) {
  GParamSpec* spec = findSpec(element, name);
  requireWritable(element, spec, name);
  Value value(spec->value_type);
  const bool fits = assign(value.get(), wanted);
  // g_param_value_validate() says whether it had to change the value.
  if (!fits || g_param_value_validate(spec, value.get())) {
    throw AddonError(code::kInvalidArg, nameOf(element, name) + " takes a " + g_type_name(spec->value_type) +
                                            (fits ? " within its range, not " : ", not ") + describe(wanted));
  }
  if (GST_VALUE_HOLDS_CAPS(value.get()) && isMadeBy(element, "capsfilter")) {
    changeCaps(element, gst_value_get_caps(value.get()));
    return;
  }
  g_object_set_property(G_OBJECT(element), spec->name, value.get());
}

PropertyValue getProperty(GstElement* element, const std::string& name) {
  GParamSpec* spec = findSpec(element, name);
  if (!(spec->flags & G_PARAM_READABLE)) throw AddonError(code::kNoProperty, nameOf(element, name) + " can't be read");
  Value value(spec->value_type);
  g_object_get_property(G_OBJECT(element), spec->name, value.get());
  switch (G_TYPE_FUNDAMENTAL(spec->value_type)) {
    case G_TYPE_BOOLEAN:
      return g_value_get_boolean(value.get()) != FALSE;
    case G_TYPE_STRING:
      return toString(g_value_get_string(value.get()));
    case G_TYPE_INT:
    case G_TYPE_UINT:
    case G_TYPE_LONG:
    case G_TYPE_ULONG:
    case G_TYPE_INT64:
    case G_TYPE_UINT64:
    case G_TYPE_FLOAT:
    case G_TYPE_DOUBLE: {
      Value number(G_TYPE_DOUBLE);
      g_value_transform(value.get(), number.get());
      return g_value_get_double(number.get());
    }
    case G_TYPE_BOXED:
      if (g_value_get_boxed(value.get()) == nullptr) return std::string();
      break;
    default:
      break;
  }
  CharsPtr text;
  // gst_value_serialize() would put these in quotes, with escapes.
  if (GST_VALUE_HOLDS_CAPS(value.get())) {
    text.reset(gst_caps_to_string(gst_value_get_caps(value.get())));
  } else if (GST_VALUE_HOLDS_STRUCTURE(value.get())) {
    text.reset(gst_structure_to_string(gst_value_get_structure(value.get())));
  } else {
    text.reset(gst_value_serialize(value.get()));
  }
  if (!text) text.reset(g_strdup_value_contents(value.get()));
  return toString(text.get());
}

}  // namespace lenscast
