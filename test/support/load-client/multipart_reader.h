// Reads an HTTP response of multipart/x-mixed-replace (RFC 2046, 5.1) without chunks, and looks at each JPEG in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

// From the JPEG's comment right after SOI: `lenscast-test seq=<10 digits> capture_us=<20 digits>`.
struct Stamp {
  int64_t sequence, capture_us;
};

struct FrameFacts {
  size_t bytes;
  bool whole;  // begins with FFD8 and ends with FFD9
  std::optional<Stamp> stamp;
  std::string *picture;  // all bytes, free to be moved away; null where they are not kept
};

class FrameListener {
 public:
  virtual ~FrameListener() = default;
  // Called the moment the JPEG's last byte was read.
  virtual void on_frame(const FrameFacts &frame) = 0;
  // Between two parts was something that belongs to neither.
  virtual void on_framing_error() = 0;
};

class MultipartReader {
 public:
  MultipartReader(FrameListener &listener, bool keep_pictures) : listener_(listener), keep_(keep_pictures) {}

  // Bytes that come next and that nobody needs to see; 0 where they must be read.
  size_t skippable() const;
  void skip(size_t bytes);
  // How many bytes to read at most, so that what follows may be skipped again.
  size_t readable() const;
  void read(const char *data, size_t size);

  // Why the response can't be read; empty while it can.
  const std::string &failure() const { return failure_; }
  bool inside_frame() const {
    return (state_ == State::kBody && body_bytes_ > 0) || (state_ == State::kBodyWithoutLength && !text_.empty());
  }

 private:
  enum class State { kResponse, kPart, kBody, kBodyWithoutLength };
  enum : size_t {
    kHeadBytes = 66,
    kTailBytes = 2,
    kHeaderMax = 64 * 1024,
    kReadMax = 1024 * 1024,
    kPictureMax = 64 << 20
  };

  size_t take_body(const char *data, size_t size);
  bool advance_text(std::string &rest);
  bool read_response(std::string &rest);
  bool read_part(std::string &rest);
  bool read_body_without_length(std::string &rest);
  void begin_body(const std::string &header);
  void end_body();
  void report(const char *head, size_t head_bytes, const char *tail, std::string *picture);

  FrameListener &listener_;
  bool keep_;
  State state_ = State::kResponse;
  std::string failure_, delimiter_, text_, picture_;
  bool first_part_ = true, garbage_ = false;
  size_t searched_ = 0;
  size_t body_bytes_ = 0, remaining_ = 0;
  char head_[kHeadBytes], tail_[kTailBytes];
};
