#include "errors.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace lenscast {
namespace {

constexpr size_t kLongestQuote = 120;

bool allDigits(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// Where in `url` (what follows "://") the password begins and ends; npos where it has none.
std::pair<size_t, size_t> findPassword(const std::string& url) {
  const std::pair<size_t, size_t> none{std::string::npos, std::string::npos};
  const size_t colon = url.find(':');
  const size_t path = url.find_first_of("/?#");
  if (colon == std::string::npos || colon > path) return none;
  const size_t at = url.substr(0, path).rfind('@');
  if (at != std::string::npos) return at > colon ? std::make_pair(colon + 1, at) : none;
  // A password with an unescaped slash: there is an @ behind, and what follows the colon is no port.
  const size_t late = url.rfind('@');
  if (late == std::string::npos || path == std::string::npos) return none;
  if (allDigits(url.substr(colon + 1, path - colon - 1))) return none;
  return {colon + 1, late};
}

}  // namespace

std::string maskCredentials(const std::string& text) {
  std::string masked;
  size_t done = 0;
  for (size_t scheme = text.find("://"); scheme != std::string::npos; scheme = text.find("://", done)) {
    const size_t begin = scheme + 3;
    const size_t end = std::min(text.find_first_of(" \t\r\n\"'<>`", begin), text.size());
    const std::string url = text.substr(begin, end - begin);
    const auto [from, to] = findPassword(url);
    masked += text.substr(done, begin - done);
    masked += from == std::string::npos ? url : url.substr(0, from) + "***" + url.substr(to);
    done = end;
  }
  return masked + text.substr(done);
}

std::string quoted(const std::string& text) {
  const std::string masked = maskCredentials(text);
  if (masked.size() <= kLongestQuote) return '"' + masked + '"';
  size_t cut = kLongestQuote;
  while (cut > 0 && (static_cast<unsigned char>(masked[cut]) & 0xC0) == 0x80) cut -= 1;  // not inside a character
  return '"' + masked.substr(0, cut) + "…\"";
}

AddonError::AddonError(const char* code, const std::string& message)
    : code_(code), message_(maskCredentials(message)) {}

AddonError::AddonError(const char* code, const std::string& message, ElementReport report)
    : AddonError(code, message + ": " + (report.factory.empty() ? "" : report.factory + ' ') + report.element + ": " +
                           report.message + " (" + report.domain + ' ' + std::to_string(report.number) + ')') {
  report_ = std::move(report);
}

}  // namespace lenscast
