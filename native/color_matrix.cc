#include "color_matrix.h"

#include <algorithm>

namespace lenscast {
namespace {

uint8_t clamp(int16_t value) { return static_cast<uint8_t>(std::clamp<int16_t>(value, 0, 255)); }

int16_t scaled(int sum) { return static_cast<int16_t>(static_cast<int16_t>(sum + 256) >> 9); }

// One row of differences with one row of luma above it: bytes from one difference to the next, and luma for each.
template <int kChromaStep, int kLumaPerChroma>
void lumaRow(const ColorMatrix& m, uint8_t* __restrict y, const uint8_t* __restrict u, const uint8_t* __restrict v,
             int columns) {
  for (int x = 0; x < columns; x++) {
    const auto cb = static_cast<int16_t>(u[x * kChromaStep] - 128);
    const auto cr = static_cast<int16_t>(v[x * kChromaStep] - 128);
    const int16_t more = scaled(cb * m.yb + cr * m.yr);
    for (int i = 0; i < kLumaPerChroma; i++) {
      uint8_t& at = y[x * kLumaPerChroma + i];
      const auto luma = static_cast<int16_t>(at - m.blackIn);
      at = clamp(static_cast<int16_t>(luma + scaled(luma * m.yy) + more + m.blackOut));
    }
  }
}

template <int kChromaStep>
void chromaRow(const ColorMatrix& m, uint8_t* __restrict u, uint8_t* __restrict v, int columns) {
  for (int x = 0; x < columns; x++) {
    const auto cb = static_cast<int16_t>(u[x * kChromaStep] - 128);
    const auto cr = static_cast<int16_t>(v[x * kChromaStep] - 128);
    u[x * kChromaStep] = clamp(static_cast<int16_t>(128 + cb + scaled(cb * m.bb + cr * m.br)));
    v[x * kChromaStep] = clamp(static_cast<int16_t>(128 + cr + scaled(cr * m.rr + cb * m.rb)));
  }
}

struct Component {
  uint8_t* data;
  int stride;

  Component(GstVideoFrame& frame, int at)
      : data(static_cast<uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(&frame, at))),
        stride(GST_VIDEO_FRAME_COMP_STRIDE(&frame, at)) {}
  uint8_t* row(int at) const { return data + static_cast<ptrdiff_t>(at) * stride; }
};

template <int kChromaStep, int kLumaPerChroma>
void applyTo(const ColorMatrix& matrix, GstVideoFrame& frame) {
  const Component y(frame, 0), u(frame, 1), v(frame, 2);
  const int rows = GST_VIDEO_FRAME_COMP_HEIGHT(&frame, 1);
  const int lumaRows = GST_VIDEO_FRAME_COMP_HEIGHT(&frame, 0);
  const int columns = GST_VIDEO_FRAME_COMP_WIDTH(&frame, 1);
  const int whole = GST_VIDEO_FRAME_COMP_WIDTH(&frame, 0) / kLumaPerChroma;
  const int lumaPerRow = rows == lumaRows ? 1 : 2;
  for (int row = 0; row < rows; row++) {
    for (int luma = row * lumaPerRow; luma < std::min(lumaRows, (row + 1) * lumaPerRow); luma++) {
      lumaRow<kChromaStep, kLumaPerChroma>(matrix, y.row(luma), u.row(row), v.row(row), whole);
      // The last column of an odd width has a difference of its own.
      if (whole < columns) {
        lumaRow<kChromaStep, 1>(matrix, y.row(luma) + whole * kLumaPerChroma,
                                           u.row(row) + whole * kChromaStep, v.row(row) + whole * kChromaStep, 1);
      }
    }
    chromaRow<kChromaStep>(matrix, u.row(row), v.row(row), columns);
  }
}

// The bytes from one sample to the next, and how many luma samples share a difference.
int layoutOf(const GstVideoInfo& info) {
  return GST_VIDEO_INFO_COMP_PSTRIDE(&info, 0) * 100 + GST_VIDEO_INFO_COMP_PSTRIDE(&info, 1) * 10 +
         (1 << GST_VIDEO_FORMAT_INFO_W_SUB(info.finfo, 1));
}

}  // namespace

bool canApply(const GstVideoInfo& info) {
  const int layout = layoutOf(info);
  const bool known = layout == 111 || layout == 112 || layout == 122;
  return known && GST_VIDEO_FORMAT_INFO_H_SUB(info.finfo, 1) <= 1 && !GST_VIDEO_FORMAT_INFO_IS_TILED(info.finfo);
}

void apply(const ColorMatrix& matrix, GstVideoFrame& frame) {
  switch (layoutOf(frame.info)) {
    case 111:
      return applyTo<1, 1>(matrix, frame);
    case 112:
      return applyTo<1, 2>(matrix, frame);
    case 122:
      return applyTo<2, 2>(matrix, frame);
  }
}

}  // namespace lenscast
