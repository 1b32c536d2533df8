// Arithmetic on 8-bit YCbCr pictures, in place.
#pragma once

#include <gst/video/video.h>

#include <cstdint>

namespace lenscast {

// What is added to each component, in 512ths, of a pixel that is black and gray at zero. Small enough that 16 bits hold
// every sum.
struct ColorMatrix {
  // Black's luma, before and after.
  int16_t blackIn, blackOut;
  // To luma: of luma, blue and red difference.
  int16_t yy, yb, yr;
  // To the blue difference, and to the red one.
  int16_t bb, br;
  int16_t rb, rr;
};

// To BT.601 in full range. From limited range: luma by 255/219, differences by 255/224. Between the matrices of Rec.
// ITU-R BT.709-6 and BT.601-7: Y' = Y + 0.1016 Cb + 0.1961 Cr, Cb' = 0.9899 Cb - 0.1107 Cr, Cr' = 0.9834 Cr - 0.0725 Cb.
constexpr ColorMatrix kLimited601{16, 0, 84, 0, 0, 71, 0, 0, 71};
constexpr ColorMatrix kLimited709{16, 0, 84, 59, 114, 65, -64, -42, 61};
constexpr ColorMatrix kFull709{0, 0, 0, 52, 100, -5, -57, -37, -9};

// From full range to limited, whatever the matrix.
constexpr ColorMatrix kFullToLimited{0, 16, -72, 0, 0, -62, 0, 0, -62};

// Whether pictures of that layout can be given to apply(): luma in a plane of its own.
bool canApply(const GstVideoInfo& info);
void apply(const ColorMatrix& matrix, GstVideoFrame& frame);

}  // namespace lenscast
