// JSON text (RFC 8259), built in the order of the calls.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

class JsonWriter {
 public:
  JsonWriter &open(char bracket);
  JsonWriter &close(char bracket);
  JsonWriter &key(const std::string &name);
  JsonWriter &value(int64_t number);
  JsonWriter &value(double number);
  JsonWriter &value(bool truth);
  JsonWriter &value(const std::string &text);
  JsonWriter &null();
  template <typename T>
  JsonWriter &pair(const std::string &name, const T &what) {
    return key(name).value(what);
  }
  const std::string &text() const { return text_; }

 private:
  void separate();
  std::string text_;
};
