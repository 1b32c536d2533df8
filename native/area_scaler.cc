#include "area_scaler.h"

#include <algorithm>
#include <cstring>
#include <numeric>

// The dynamic linker takes what the machine's vectors allow; elsewhere each has the same ones.
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define LENSCAST_VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define LENSCAST_VECTORS
#endif

namespace lenscast {
namespace {

constexpr int kWhole = 256;
constexpr int kHalf = kWhole / 2;

// How much the sample `at` of `from` makes of the sample `of` of `to`, in 256ths. Rounded so that all add up.
constexpr int shareOf(int64_t at, int64_t of, int64_t from, int64_t to) {
  const int64_t start = of * from;
  const int64_t low = std::max(start, at * to);
  const int64_t high = std::min(start + from, (at + 1) * to);
  if (low >= high) return 0;
  const auto upTo = [from](int64_t part) { return (part * kWhole + from / 2) / from; };
  return static_cast<int>(upTo(high - start) - upTo(low - start));
}

// 255 times 256 and a half still fit into 16 bits, of which the vectors hold twice as many as of 32.
uint8_t rounded(uint16_t sum) { return static_cast<uint8_t>(sum >> 8); }

template <int kFrom, int kTo>
inline __attribute__((always_inline)) void shrink(const uint8_t* __restrict from, uint8_t* __restrict to, int groups) {
  for (int group = 0; group < groups; group++) {
    for (int of = 0; of < kTo; of++) {
      uint16_t sum = kHalf;
      for (int at = 0; at < kFrom; at++) {
        sum = static_cast<uint16_t>(sum + from[group * kFrom + at] * shareOf(at, of, kFrom, kTo));
      }
      to[group * kTo + of] = rounded(sum);
    }
  }
}

// With the numbers known beforehand there are vector instructions for it.
LENSCAST_VECTORS void shrink2to1(const uint8_t* from, uint8_t* to, int groups) { shrink<2, 1>(from, to, groups); }
LENSCAST_VECTORS void shrink3to1(const uint8_t* from, uint8_t* to, int groups) { shrink<3, 1>(from, to, groups); }
LENSCAST_VECTORS void shrink4to1(const uint8_t* from, uint8_t* to, int groups) { shrink<4, 1>(from, to, groups); }
LENSCAST_VECTORS void shrink6to1(const uint8_t* from, uint8_t* to, int groups) { shrink<6, 1>(from, to, groups); }
LENSCAST_VECTORS void shrink3to2(const uint8_t* from, uint8_t* to, int groups) { shrink<3, 2>(from, to, groups); }
LENSCAST_VECTORS void shrink4to3(const uint8_t* from, uint8_t* to, int groups) { shrink<4, 3>(from, to, groups); }

void keep(const uint8_t* from, uint8_t* to, int groups) { std::memcpy(to, from, static_cast<size_t>(groups)); }

LENSCAST_VECTORS void blendTwo(const uint8_t* __restrict one, const uint8_t* __restrict other, const uint16_t* shares,
                               uint8_t* __restrict to, int width) {
  const uint16_t a = shares[0];
  const uint16_t b = shares[1];
  for (int x = 0; x < width; x++) to[x] = rounded(static_cast<uint16_t>(one[x] * a + other[x] * b + kHalf));
}

LENSCAST_VECTORS void blendAny(const uint8_t* from, ptrdiff_t stride, const uint16_t* shares, int rows,
                               uint8_t* __restrict to, int width) {
  constexpr int kColumns = 128;
  for (int begin = 0; begin < width; begin += kColumns) {
    const int columns = std::min(kColumns, width - begin);
    uint16_t sums[kColumns];
    std::fill_n(sums, kColumns, static_cast<uint16_t>(kHalf));
    for (int row = 0; row < rows; row++) {
      const uint8_t* samples = from + row * stride + begin;
      const uint16_t share = shares[row];
      for (int x = 0; x < columns; x++) sums[x] = static_cast<uint16_t>(sums[x] + samples[x] * share);
    }
    for (int x = 0; x < columns; x++) to[begin + x] = rounded(sums[x]);
  }
}

}  // namespace

std::optional<AreaScaler> AreaScaler::make(int fromWidth, int fromHeight, int toWidth, int toHeight) {
  if (toWidth < 1 || toHeight < 1 || toHeight > fromHeight) return std::nullopt;
  const int groups = std::gcd(fromWidth, toWidth);
  const Shrink shrink = shrinkFor(fromWidth / groups, toWidth / groups);
  if (shrink == nullptr) return std::nullopt;
  return AreaScaler(shrink, groups, fromWidth, fromHeight, toHeight);
}

AreaScaler::Shrink AreaScaler::shrinkFor(int from, int to) {
  if (to == 1) return from == 1 ? keep : from == 2 ? shrink2to1 : from == 3 ? shrink3to1 : from == 4 ? shrink4to1
                                                                                     : from == 6 ? shrink6to1 : nullptr;
  return from == 3 && to == 2 ? shrink3to2 : from == 4 && to == 3 ? shrink4to3 : nullptr;
}

AreaScaler::AreaScaler(Shrink shrink, int groups, int fromWidth, int fromHeight, int toHeight)
    : shrink_(shrink), groups_(groups), row_(static_cast<size_t>(fromWidth)) {
  const int common = std::gcd(fromHeight, toHeight);
  const int64_t from = fromHeight / common;
  const int64_t to = toHeight / common;
  spans_.reserve(static_cast<size_t>(toHeight));
  for (int64_t of = 0; of < toHeight; of++) {
    const int64_t first = of * from / to;
    const int64_t last = ((of + 1) * from - 1) / to;
    spans_.push_back({static_cast<int>(first), static_cast<int>(last - first + 1), shares_.size()});
    for (int64_t at = first; at <= last; at++) shares_.push_back(static_cast<uint16_t>(shareOf(at, of, from, to)));
  }
}

void AreaScaler::scale(const uint8_t* from, ptrdiff_t fromStride, uint8_t* to, ptrdiff_t toStride) {
  const int width = static_cast<int>(row_.size());
  for (const auto& [first, count, begin] : spans_) {
    const uint8_t* rows = from + first * fromStride;
    const uint16_t* shares = shares_.data() + begin;
    if (count == 2) blendTwo(rows, rows + fromStride, shares, row_.data(), width);
    if (count > 2) blendAny(rows, fromStride, shares, count, row_.data(), width);
    shrink_(count == 1 ? rows : row_.data(), to, groups_);
    to += toStride;
  }
}

}  // namespace lenscast
