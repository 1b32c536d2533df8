// Makes planes of 8-bit samples smaller: each sample becomes the mean of the area that it covers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace lenscast {

// For planes of one size. Not for two threads at once.
class AreaScaler {
 public:
  // Sizes in samples. None but where the width becomes a half, a third, a quarter or a sixth, or two thirds or three
  // quarters of itself, or stays, and the height becomes no larger.
  static std::optional<AreaScaler> make(int fromWidth, int fromHeight, int toWidth, int toHeight);

  // Strides are in bytes.
  void scale(const uint8_t* from, ptrdiff_t fromStride, uint8_t* to, ptrdiff_t toStride);

 private:
  // Makes `groups` groups of samples smaller.
  using Shrink = void (*)(const uint8_t* from, uint8_t* to, int groups);
  // The rows that one covers, and where the shares of each begin in shares_.
  struct Span {
    int first;
    int count;
    size_t shares;
  };

  AreaScaler(Shrink shrink, int groups, int fromWidth, int fromHeight, int toHeight);
  static Shrink shrinkFor(int from, int to);

  Shrink shrink_;
  int groups_;
  std::vector<Span> spans_;
  // In 256ths.
  std::vector<uint16_t> shares_;
  // A row of the new height and the old width.
  std::vector<uint8_t> row_;
};

}  // namespace lenscast
