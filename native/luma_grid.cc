#include "luma_grid.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace lenscast {
namespace {

constexpr int kBlock = 16;
constexpr uint32_t kLevels = 2;
constexpr uint64_t kEvenBytes = 0x00ff00ff00ff00ffULL;
constexpr uint64_t kEvenPairs = 0x0000ffff0000ffffULL;

uint64_t load(const uint8_t* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

// The sum of the four 16 bit lanes.
uint32_t sumLanes(uint64_t lanes) {
  const uint64_t pairs = (lanes & kEvenPairs) + ((lanes >> 16) & kEvenPairs);
  return static_cast<uint32_t>(pairs) + static_cast<uint32_t>(pairs >> 32);
}

struct Plane {
  const uint8_t* data;
  ptrdiff_t rowStride;
  ptrdiff_t pixelStride;
};

uint32_t sumAny(const Plane& plane, int x, int y, int width, int height) {
  uint32_t sum = 0;
  for (int row = y; row < y + height; row += 1) {
    const uint8_t* pixel = plane.data + row * plane.rowStride + x * plane.pixelStride;
    for (int i = 0; i < width; i += 1, pixel += plane.pixelStride) sum += *pixel;
  }
  return sum;
}

// A whole block, eight bytes at once. A lane gets at most 64 bytes of 255, which it holds.
template <int PixelStride>
uint32_t sumWhole(const Plane& plane, int x, int y) {
  uint64_t lanes = 0;
  for (int row = y; row < y + kBlock; row += 1) {
    const uint8_t* bytes = plane.data + row * plane.rowStride + x * PixelStride;
    for (int i = 0; i < kBlock * PixelStride; i += 8) {
      const uint64_t word = load(bytes + i);
      lanes += word & kEvenBytes;
      if (PixelStride == 1) lanes += (word >> 8) & kEvenBytes;
    }
  }
  return sumLanes(lanes);
}

uint32_t sumBlock(const Plane& plane, int x, int y, int width, int height, bool lastOfRow) {
  // Where luma is every other byte the last word would reach a byte beyond the picture.
  if (width == kBlock && height == kBlock && !lastOfRow && G_BYTE_ORDER == G_LITTLE_ENDIAN) {
    if (plane.pixelStride == 1) return sumWhole<1>(plane, x, y);
    if (plane.pixelStride == 2) return sumWhole<2>(plane, x, y);
  }
  return sumAny(plane, x, y, width, height);
}

}  // namespace

bool LumaGrid::measure(const GstVideoFrame& frame) {
  if (GST_VIDEO_FRAME_COMP_DEPTH(&frame, 0) != 8) return false;
  const int width = GST_VIDEO_FRAME_WIDTH(&frame);
  const int height = GST_VIDEO_FRAME_HEIGHT(&frame);
  const Plane plane{static_cast<const uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(&frame, 0)),
                    GST_VIDEO_FRAME_COMP_STRIDE(&frame, 0), GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, 0)};
  columns_ = static_cast<size_t>((width + kBlock - 1) / kBlock);
  sums_.clear();
  pixels_.clear();
  for (int y = 0; y < height; y += kBlock) {
    const int rows = std::min(kBlock, height - y);
    for (int x = 0; x < width; x += kBlock) {
      const int columns = std::min(kBlock, width - x);
      sums_.push_back(sumBlock(plane, x, y, columns, rows, x + kBlock >= width));
      pixels_.push_back(static_cast<uint32_t>(rows * columns));
    }
  }
  return true;
}

bool LumaGrid::looksLike(const LumaGrid& other) const {
  if (columns_ != other.columns_ || pixels_ != other.pixels_) return false;
  for (size_t i = 0; i < sums_.size(); i += 1) {
    const int64_t difference = static_cast<int64_t>(sums_[i]) - static_cast<int64_t>(other.sums_[i]);
    if (std::llabs(difference) > static_cast<int64_t>(kLevels * pixels_[i])) return false;
  }
  return true;
}

}  // namespace lenscast
