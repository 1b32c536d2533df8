#include "json_writer.h"

#include <cmath>
#include <cstdio>

void JsonWriter::separate() {
  if (!text_.empty() && text_.back() != '{' && text_.back() != '[' && text_.back() != ':') text_ += ',';
}

JsonWriter &JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  return *this;
}

JsonWriter &JsonWriter::close(char bracket) {
  text_ += bracket;
  return *this;
}

JsonWriter &JsonWriter::key(const std::string &name) {
  value(name);
  text_ += ':';
  return *this;
}

JsonWriter &JsonWriter::value(int64_t number) {
  separate();
  text_ += std::to_string(number);
  return *this;
}

JsonWriter &JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  separate();
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.3f", number);
  text_ += digits;
  return *this;
}

JsonWriter &JsonWriter::value(bool truth) {
  separate();
  text_ += truth ? "true" : "false";
  return *this;
}

JsonWriter &JsonWriter::value(const std::string &text) {
  separate();
  text_ += '"';
  for (char c : text) {
    char escaped[8];
    if (c == '"' || c == '\\') {
      text_ += '\\';
      text_ += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::snprintf(escaped, sizeof escaped, "\\u%04x", c);
      text_ += escaped;
    } else {
      text_ += c;
    }
  }
  text_ += '"';
  return *this;
}

JsonWriter &JsonWriter::null() {
  separate();
  text_ += "null";
  return *this;
}
