#include "border.h"

#include <cmath>

namespace lenscast {
namespace {

[[noreturn]] void refuse(const char* what, const std::string& wanted, Napi::Value got) {
  throw AddonError(code::kInvalidArg, std::string(what) + " must be " + wanted + ", not " + describe(got));
}

std::string plain(double number) {
  std::string text = std::to_string(number);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

bool isDetached(Napi::Env env, Napi::Value buffer) {
  bool detached = false;
  return napi_is_detached_arraybuffer(env, buffer, &detached) == napi_ok && detached;
}

}  // namespace

Napi::Object toJs(Napi::Env env, const ElementReport& report) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("element", report.element);
  object.Set("factory", report.factory);
  object.Set("domain", report.domain);
  object.Set("number", report.number);
  object.Set("message", report.message);
  object.Set("debug", report.debug);
  return object;
}

Napi::Error toJs(Napi::Env env, const AddonError& error) {
  const Napi::Error made = Napi::Error::New(env, error.what());
  Napi::Object value = made.Value();
  value.Set("code", error.code());
  if (error.report()) {
    value.Set("element", error.report()->element);
    value.Set("factory", error.report()->factory);
    value.Set("domain", error.report()->domain);
    value.Set("number", error.report()->number);
    value.Set("debug", error.report()->debug);
  }
  return made;
}

std::string describe(Napi::Value value) {
  switch (value.Type()) {
    case napi_undefined:
      return "undefined";
    case napi_null:
      return "null";
    case napi_boolean:
      return value.As<Napi::Boolean>().Value() ? "true" : "false";
    case napi_number:
      return value.ToString().Utf8Value();
    case napi_string:
      return quoted(value.As<Napi::String>().Utf8Value());
    case napi_symbol:
      return "a symbol";
    case napi_function:
      return "a function";
    case napi_bigint:
      return "a bigint";
    default:
      return value.IsArray() ? "an array" : value.IsTypedArray() ? "a typed array" : "an object";
  }
}

std::string stringArg(Napi::Value value, const char* what) {
  if (!value.IsString()) refuse(what, "a string", value);
  std::string text = value.As<Napi::String>().Utf8Value();
  if (text.find('\0') != std::string::npos) refuse(what, "a string without NUL", value);
  return text;
}

bool booleanArg(Napi::Value value, const char* what) {
  if (!value.IsBoolean()) refuse(what, "a boolean", value);
  return value.As<Napi::Boolean>().Value();
}

double numberArg(Napi::Value value, const char* what, double lowest, double highest) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (!(number >= lowest && number <= highest)) {
    refuse(what, "a number from " + plain(lowest) + " to " + plain(highest), value);
  }
  return number;
}

int64_t integerArg(Napi::Value value, const char* what, double lowest, double highest) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (!(number >= lowest && number <= highest) || number != std::floor(number)) {
    refuse(what, "an integer from " + plain(lowest) + " to " + plain(highest), value);
  }
  return static_cast<int64_t>(number);
}

Napi::Object objectArg(Napi::Value value, const char* what) {
  if (!value.IsObject() || value.IsArray() || value.IsFunction()) refuse(what, "an object", value);
  return value.As<Napi::Object>();
}

Napi::Function functionArg(Napi::Value value, const char* what) {
  if (!value.IsFunction()) refuse(what, "a function", value);
  return value.As<Napi::Function>();
}

Bytes bytesArg(Napi::Value value, const char* what) {
  if (!value.IsTypedArray()) refuse(what, "a Uint8Array", value);
  const auto array = value.As<Napi::TypedArray>();
  if (array.TypedArrayType() != napi_uint8_array) refuse(what, "a Uint8Array", value);
  const Napi::Value buffer = array.Get("buffer");
  if (buffer.IsArrayBuffer() && isDetached(value.Env(), buffer)) {
    throw AddonError(code::kInvalidArg, std::string(what) + " is detached");
  }
  void* data = nullptr;
  size_t size = 0;
  if (napi_get_typedarray_info(value.Env(), value, nullptr, &size, &data, nullptr, nullptr) != napi_ok) {
    refuse(what, "a Uint8Array", value);
  }
  return {static_cast<const uint8_t*>(data), size};
}

}  // namespace lenscast
