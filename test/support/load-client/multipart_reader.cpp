#include "multipart_reader.h"

#include <strings.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace {

// The value of a header field, matched without regard to case; empty where it isn't there.
std::string field(const std::string &header, const char *name) {
  size_t length = std::strlen(name);
  for (size_t line = header.find("\r\n"); line != std::string::npos; line = header.find("\r\n", line + 2)) {
    size_t at = line + 2;
    if (strncasecmp(header.c_str() + at, name, length) != 0 || header[at + length] != ':') continue;
    size_t from = header.find_first_not_of(" \t", at + length + 1);
    return header.substr(from, header.find("\r\n", from) - from);
  }
  return "";
}

std::string boundary_of(const std::string &content_type) {
  size_t at = content_type.find("boundary=");
  if (at == std::string::npos) return "";
  std::string value = content_type.substr(at + 9);
  if (!value.empty() && value[0] == '"') return value.substr(1, value.find('"', 1) - 1);
  return value.substr(0, value.find_first_of("; \t"));
}

std::optional<Stamp> stamp_of(const char *head, size_t size) {
  const char name[] = "\xff\xd8\xff\xfe";
  const char sequence[] = "lenscast-test seq=", capture[] = " capture_us=";
  if (size < 66 || std::memcmp(head, name, 4) != 0) return std::nullopt;
  std::string text(head + 6, 60);
  if (text.compare(0, 18, sequence) != 0 || text.compare(28, 12, capture) != 0) return std::nullopt;
  return Stamp{std::atoll(text.substr(18, 10).c_str()), std::atoll(text.substr(40, 20).c_str())};
}

}  // namespace

size_t MultipartReader::skippable() const {
  bool useful = state_ == State::kBody && !keep_ && body_bytes_ >= kHeadBytes && remaining_ > kTailBytes;
  return useful ? remaining_ - kTailBytes : 0;
}

void MultipartReader::skip(size_t bytes) {
  body_bytes_ += bytes;
  remaining_ -= bytes;
}

size_t MultipartReader::readable() const {
  if (state_ == State::kBodyWithoutLength || (state_ == State::kBody && keep_)) return kReadMax;
  return 2048;
}

void MultipartReader::read(const char *data, size_t size) {
  std::string pending;
  while (size > 0 && failure_.empty()) {
    if (state_ == State::kBody) {
      size_t used = take_body(data, size);
      data += used;
      size -= used;
      continue;
    }
    text_.append(data, size);
    size = 0;
    std::string rest;
    while (state_ != State::kBody && failure_.empty() && advance_text(rest)) {
      if (state_ != State::kBody) std::swap(text_, rest);
    }
    if (state_ == State::kBody) {
      pending = std::move(rest);
      data = pending.data();
      size = pending.size();
    }
  }
}

size_t MultipartReader::take_body(const char *data, size_t size) {
  size_t used = std::min(size, remaining_);
  if (body_bytes_ < kHeadBytes) std::memcpy(head_ + body_bytes_, data, std::min(used, kHeadBytes - body_bytes_));
  if (used > 1) std::memcpy(tail_, data + used - 2, 2);
  if (used == 1) {
    tail_[0] = tail_[1];
    tail_[1] = data[0];
  }
  if (keep_) picture_.append(data, used);
  skip(used);
  if (remaining_ == 0) end_body();
  return used;
}

// Reads on in text_. True where a piece was complete: `rest` is then what follows it, and text_ is empty.
bool MultipartReader::advance_text(std::string &rest) {
  if (state_ == State::kResponse) return read_response(rest);
  if (state_ == State::kPart) return read_part(rest);
  return read_body_without_length(rest);
}

bool MultipartReader::read_response(std::string &rest) {
  size_t end = text_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (text_.size() > kHeaderMax) failure_ = "the response's header has no end";
    return false;
  }
  std::string header = text_.substr(0, end + 2);
  std::string boundary = boundary_of(field(header, "Content-Type"));
  if (header.compare(0, 7, "HTTP/1.") != 0 || header.compare(8, 5, " 200 ") != 0)
    failure_ = header.substr(0, header.find("\r\n"));
  else if (boundary.empty())
    failure_ = "no multipart: Content-Type " + field(header, "Content-Type");
  else if (!field(header, "Transfer-Encoding").empty())
    failure_ = "chunked transfer-encoding is not for this client";
  delimiter_ = boundary.compare(0, 2, "--") == 0 ? boundary : "--" + boundary;
  rest = text_.substr(end + 4);
  text_.clear();
  state_ = State::kPart;
  return failure_.empty();
}

bool MultipartReader::read_part(std::string &rest) {
  size_t start = text_.find(delimiter_);
  bool found = start != std::string::npos;
  size_t before = found ? start : text_.size() - std::min(text_.size(), delimiter_.size() - 1);
  if (text_.find_first_not_of("\r\n") < before) garbage_ = true;
  text_.erase(0, before);
  if (!found) return false;
  size_t end = text_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (text_.size() > kHeaderMax) failure_ = "a part's header has no end";
    return false;
  }
  if (garbage_ && !first_part_) listener_.on_framing_error();
  first_part_ = garbage_ = false;
  begin_body(text_.substr(0, end + 2));
  rest = text_.substr(end + 4);
  text_.clear();
  return true;
}

void MultipartReader::begin_body(const std::string &header) {
  std::string length = field(header, "Content-Length");
  body_bytes_ = searched_ = 0;
  if (length.empty()) {
    state_ = State::kBodyWithoutLength;
    return;
  }
  remaining_ = static_cast<size_t>(std::strtoull(length.c_str(), nullptr, 10));
  state_ = remaining_ ? State::kBody : State::kPart;  // an empty part says that a frame is over
}

bool MultipartReader::read_body_without_length(std::string &rest) {
  size_t end = text_.find("\r\n" + delimiter_, searched_);
  if (end == std::string::npos) {
    if (text_.size() > kPictureMax) failure_ = "a part has no end";
    searched_ = text_.size() - std::min(text_.size(), delimiter_.size() + 1);
    return false;
  }
  body_bytes_ = end;
  rest = text_.substr(end);
  text_.resize(end);
  report(text_.data(), end, end >= 2 ? text_.data() + end - 2 : "\0\0", keep_ ? &text_ : nullptr);
  text_.clear();
  state_ = State::kPart;
  return true;
}

void MultipartReader::end_body() {
  state_ = State::kPart;
  report(head_, std::min<size_t>(body_bytes_, kHeadBytes), tail_, keep_ ? &picture_ : nullptr);
  picture_.clear();
}

void MultipartReader::report(const char *head, size_t head_bytes, const char *tail, std::string *picture) {
  bool whole = body_bytes_ > 4 && std::memcmp(head, "\xff\xd8", 2) == 0 && std::memcmp(tail, "\xff\xd9", 2) == 0;
  listener_.on_frame({body_bytes_, whole, stamp_of(head, head_bytes), picture});
}
