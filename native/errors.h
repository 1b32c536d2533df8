// Errors with a stable code, thrown by code that knows nothing of JavaScript and turned into its errors at the border.
#pragma once

#include <exception>
#include <optional>
#include <string>

namespace lenscast {

namespace code {
inline constexpr char kInvalidArg[] = "ERR_INVALID_ARG";
inline constexpr char kParse[] = "ERR_PARSE";
inline constexpr char kMissingElement[] = "ERR_MISSING_ELEMENT";
inline constexpr char kNoElement[] = "ERR_NO_ELEMENT";
inline constexpr char kNoProperty[] = "ERR_NO_PROPERTY";
inline constexpr char kState[] = "ERR_STATE";
inline constexpr char kClosed[] = "ERR_CLOSED";
inline constexpr char kStateChange[] = "ERR_STATE_CHANGE";
inline constexpr char kTimeout[] = "ERR_TIMEOUT";
inline constexpr char kNoFrame[] = "ERR_NO_FRAME";
inline constexpr char kSocket[] = "ERR_SOCKET";
}  // namespace code

// What an element posted as an error or a warning.
struct ElementReport {
  std::string element;
  std::string factory;
  std::string domain;
  int number = 0;
  std::string message;
  std::string debug;
};

class AddonError : public std::exception {
 public:
  // `code` is one of the constants above. Passwords in URLs within `message` are masked.
  AddonError(const char* code, const std::string& message);
  // The error of an element; its words end the message.
  AddonError(const char* code, const std::string& message, ElementReport report);

  const char* what() const noexcept override { return message_.c_str(); }
  const char* code() const { return code_; }
  const std::optional<ElementReport>& report() const { return report_; }

 private:
  const char* code_;
  std::string message_;
  std::optional<ElementReport> report_;
};

// `rtsp://user:password@host` becomes `rtsp://user:***@host`, wherever in the text.
std::string maskCredentials(const std::string& text);

// For a message: quoted, masked, and cut where it is long.
std::string quoted(const std::string& text);

}  // namespace lenscast
