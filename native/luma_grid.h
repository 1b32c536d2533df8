// The mean brightness of each block of a picture, to tell whether anything moved.
#pragma once

#include <gst/video/video.h>

#include <cstdint>
#include <vector>

namespace lenscast {

// Blocks of 16x16 pixels: large enough that a camera's noise averages out, small enough that a mouse pointer shows.
class LumaGrid {
 public:
  // Reads the first component of every pixel: luma, but for RGB formats. False where it isn't 8 bits deep.
  bool measure(const GstVideoFrame& frame);

  // Whether every block is within two levels of 255 of the other's. Never true for grids of another shape.
  bool looksLike(const LumaGrid& other) const;

 private:
  size_t columns_ = 0;
  // By row of blocks; and how many pixels each block has.
  std::vector<uint32_t> sums_;
  std::vector<uint32_t> pixels_;
};

}  // namespace lenscast
