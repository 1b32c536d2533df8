#include "jpeg.h"

#include <cstring>

namespace lenscast {
namespace {

constexpr uint8_t kMarker = 0xFF;
constexpr uint8_t kSoi = 0xD8;
constexpr uint8_t kEoi = 0xD9;
constexpr uint8_t kSos = 0xDA;
constexpr uint8_t kTem = 0x01;
constexpr size_t kPaddingWindow = 4096;

bool isFrameHeader(uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

bool hasNoSegment(uint8_t marker) { return marker == kTem || (marker >= 0xD0 && marker <= 0xD7); }

size_t bigEndian16(const uint8_t* bytes) { return static_cast<size_t>(bytes[0]) << 8 | bytes[1]; }

// Where the entropy-coded data of the first scan begin; 0 where the headers are broken.
size_t walkHeaders(const uint8_t* bytes, size_t size, JpegInfo& info) {
  if (size < 4 || bytes[0] != kMarker || bytes[1] != kSoi) return 0;
  size_t at = 2;
  while (at + 2 <= size) {
    if (bytes[at] != kMarker) return 0;
    const uint8_t marker = bytes[at + 1];
    if (marker == kMarker) {  // a fill byte, B.1.1.2
      at += 1;
      continue;
    }
    at += 2;
    if (hasNoSegment(marker)) continue;
    if (marker == kSoi || marker == kEoi || marker == 0 || size - at < 2) return 0;
    const size_t length = bigEndian16(bytes + at);
    if (length < 2 || length > size - at) return 0;
    if (isFrameHeader(marker)) {
      if (length < 8) return 0;
      info.height = static_cast<int>(bigEndian16(bytes + at + 3));
      info.width = static_cast<int>(bigEndian16(bytes + at + 5));
    }
    at += length;
    if (marker == kSos) return info.width > 0 && info.height > 0 ? at : 0;
  }
  return 0;
}

size_t withoutTrailingZeros(const uint8_t* bytes, size_t begin, size_t end) {
  uint64_t word;
  while (end - begin >= sizeof word) {
    std::memcpy(&word, bytes + end - sizeof word, sizeof word);
    if (word != 0) break;
    end -= sizeof word;
  }
  while (end > begin && bytes[end - 1] == 0) end -= 1;
  return end;
}

// The end of the last EOI marker behind `begin`; 0 where there is none. Entropy-coded data never hold FF D9.
size_t findEnd(const uint8_t* bytes, size_t begin, size_t size) {
  const size_t end = withoutTrailingZeros(bytes, begin, size);
  const size_t lowest = end - begin > kPaddingWindow ? end - kPaddingWindow : begin;
  for (size_t at = end; at >= lowest + 2; at -= 1) {
    if (bytes[at - 2] == kMarker && bytes[at - 1] == kEoi) return at;
  }
  return 0;
}

// What may stand between scans: tables (DHT, DQT, DAC), a further scan, DNL, DRI, APPn and COM.
bool isBetweenScans(uint8_t marker) {
  return marker == 0xC4 || marker == 0xCC || (marker >= kSos && marker <= 0xDD) || (marker >= 0xE0 && marker <= 0xEF) ||
         marker == 0xFE;
}

bool isRestart(uint8_t marker) { return marker >= 0xD0 && marker <= 0xD7; }

}  // namespace

JpegInfo inspectJpeg(const uint8_t* bytes, size_t size) noexcept {
  JpegInfo info;
  info.size = size;
  if (bytes == nullptr) return info;
  const size_t scan = walkHeaders(bytes, size, info);
  if (scan == 0) {
    info.width = info.height = 0;
    return info;
  }
  info.scan = scan;
  const size_t end = findEnd(bytes, scan, size);
  if (end <= scan + 2) return info;
  info.complete = true;
  info.size = end;
  return info;
}

bool hasSoundScans(const uint8_t* bytes, const JpegInfo& info) noexcept {
  const size_t end = info.size - 2;  // EOI
  size_t at = info.scan;
  while (at < end) {
    const void* const found = std::memchr(bytes + at, kMarker, end - at);
    if (found == nullptr) return true;
    at = static_cast<size_t>(static_cast<const uint8_t*>(found) - bytes) + 1;
    const uint8_t marker = bytes[at];
    if (marker == kMarker) continue;  // a fill byte
    at += 1;
    if (marker == 0 || isRestart(marker)) continue;
    if (marker == kEoi) return true;  // a second field follows
    if (!isBetweenScans(marker) || end - at < 2) return false;
    const size_t length = bigEndian16(bytes + at);
    if (length < 2 || length > end - at) return false;
    at += length;
  }
  return true;
}

}  // namespace lenscast
