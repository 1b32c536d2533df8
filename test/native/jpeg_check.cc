// Runs the JPEG inspector over truncated, padded, mutated and random bytes. Every input lies in a block of exactly its
// size, so that AddressSanitizer sees any read beyond it.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <random>
#include <vector>

#include "jpeg.h"

namespace {

using Bytes = std::vector<uint8_t>;

lenscast::JpegInfo inspect(const Bytes& bytes) {
  const std::unique_ptr<uint8_t[]> exact(new uint8_t[bytes.size()]);
  std::copy(bytes.begin(), bytes.end(), exact.get());
  return lenscast::inspectJpeg(exact.get(), bytes.size());
}

// Of a complete one.
bool isSound(const Bytes& bytes) {
  const std::unique_ptr<uint8_t[]> exact(new uint8_t[bytes.size()]);
  std::copy(bytes.begin(), bytes.end(), exact.get());
  return lenscast::hasSoundScans(exact.get(), lenscast::inspectJpeg(exact.get(), bytes.size()));
}

void expect(bool holds, const char* what, size_t detail) {
  if (holds) return;
  std::fprintf(stderr, "jpeg_check: %s (%zu)\n", what, detail);
  std::exit(1);
}

void append(Bytes& bytes, std::initializer_list<int> values) {
  for (const int value : values) bytes.push_back(static_cast<uint8_t>(value));
}

void appendSegment(Bytes& bytes, int marker, const Bytes& content) {
  append(bytes, {0xFF, marker, static_cast<int>((content.size() + 2) >> 8), static_cast<int>((content.size() + 2) & 255)});
  bytes.insert(bytes.end(), content.begin(), content.end());
}

// 640x480, with fill bytes, a comment that looks like an end of image, restart markers and stuffed bytes.
Bytes makeJpeg(std::mt19937& random) {
  Bytes bytes;
  append(bytes, {0xFF, 0xD8});
  appendSegment(bytes, 0xE0, Bytes{'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0});
  appendSegment(bytes, 0xFE, Bytes{0xFF, 0xD9, 0xFF, 0xDA});
  append(bytes, {0xFF, 0xFF, 0xFF});
  appendSegment(bytes, 0xDB, Bytes(65, 1));
  appendSegment(bytes, 0xC0, Bytes{8, 0x01, 0xE0, 0x02, 0x80, 1, 1, 0x11, 0});
  appendSegment(bytes, 0xC4, Bytes(20, 1));
  appendSegment(bytes, 0xDD, Bytes{0, 4});
  appendSegment(bytes, 0xDA, Bytes{1, 1, 0, 0, 63, 0});
  for (int i = 0; i < 300; i += 1) {
    const int value = static_cast<int>(random() % 255);
    append(bytes, {value});
    if (i % 40 == 39) append(bytes, {0xFF, 0x00});
    if (i % 70 == 69) append(bytes, {0xFF, 0xD0 + i % 8});
  }
  append(bytes, {0xFF, 0xD9});
  return bytes;
}

void checkWhole(const Bytes& jpeg) {
  const auto whole = inspect(jpeg);
  expect(whole.complete && whole.size == jpeg.size(), "a whole JPEG is whole", whole.size);
  expect(whole.width == 640 && whole.height == 480, "its size is read", static_cast<size_t>(whole.width));
  for (const int fill : {0x00, 0x20, 0xD9, 0xFF}) {
    for (const size_t length : {size_t{1}, size_t{7}, size_t{8}, size_t{9}, size_t{4000}}) {
      Bytes padded = jpeg;
      padded.insert(padded.end(), length, static_cast<uint8_t>(fill));
      const auto info = inspect(padded);
      expect(info.complete && info.size == jpeg.size(), "padding is left out", length);
    }
  }
  Bytes zeros = jpeg;
  zeros.insert(zeros.end(), 1'000'000, 0);
  expect(inspect(zeros).size == jpeg.size(), "any number of zeros is left out", zeros.size());
}

void checkTruncations(const Bytes& jpeg) {
  for (size_t length = 0; length < jpeg.size(); length += 1) {
    Bytes cut(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(length));
    expect(!inspect(cut).complete, "a cut JPEG is cut", length);
    cut.resize(length + 5000, 0);
    expect(!inspect(cut).complete, "a cut JPEG with zeros behind is cut", length);
  }
}

void checkMutations(const Bytes& jpeg, std::mt19937& random) {
  for (int round = 0; round < 300'000; round += 1) {
    Bytes mutated = jpeg;
    for (unsigned i = 0; i < 1 + random() % 4; i += 1) {
      // Mostly within the headers.
      const size_t range = random() % 4 == 0 ? mutated.size() : 150;
      mutated[random() % range] = static_cast<uint8_t>(random() % 3 == 0 ? 0xFF : random());
    }
    mutated.resize(random() % 2 == 0 ? mutated.size() : random() % mutated.size());
    const auto info = inspect(mutated);
    expect(info.size <= mutated.size(), "the end lies within", static_cast<size_t>(round));
    if (info.complete) isSound(mutated);
    expect(!info.complete || (info.width > 0 && info.height > 0), "a whole one has a size", static_cast<size_t>(round));
  }
}

void checkScans(const Bytes& jpeg, std::mt19937& random) {
  expect(isSound(jpeg), "untouched scans are sound", 0);
  Bytes progressive(jpeg.begin(), jpeg.end() - 2);
  appendSegment(progressive, 0xC4, Bytes(20, 0xFF));
  appendSegment(progressive, 0xDA, Bytes{1, 1, 0, 0, 63, 0});
  append(progressive, {1, 2, 0xFF, 0x00, 3, 0xFF, 0xFF, 0xFF, 0xD9});
  expect(isSound(progressive), "further scans are sound", 0);
  Bytes fields = jpeg;
  fields.insert(fields.end(), jpeg.begin(), jpeg.end());
  expect(isSound(fields), "two fields are sound", 0);
  size_t unsound = 0;
  for (int round = 0; round < 1000; round += 1) {
    Bytes overwritten = jpeg;
    const size_t begin = jpeg.size() - 290 + random() % 50;
    for (size_t i = 0; i < 200; i += 1) overwritten[begin + i] = static_cast<uint8_t>(random());
    unsound += isSound(overwritten) ? 0 : 1;
  }
  expect(unsound > 400, "overwritten scans are mostly not sound", unsound);
}

void checkNoise(std::mt19937& random) {
  for (int round = 0; round < 100'000; round += 1) {
    Bytes noise{0xFF, 0xD8};
    const size_t length = random() % 64;
    for (size_t i = 0; i < length; i += 1) noise.push_back(static_cast<uint8_t>(random() % 2 == 0 ? 0xFF : random()));
    if (round % 2 == 0) noise.erase(noise.begin(), noise.begin() + static_cast<std::ptrdiff_t>(random() % 3));
    expect(inspect(noise).size <= noise.size(), "the end lies within noise", static_cast<size_t>(round));
  }
}

}  // namespace

int main() {
  std::mt19937 random(20240229);
  const Bytes jpeg = makeJpeg(random);
  checkWhole(jpeg);
  checkTruncations(jpeg);
  checkMutations(jpeg, random);
  checkScans(jpeg, random);
  checkNoise(random);
  expect(!lenscast::inspectJpeg(nullptr, 0).complete, "nothing is no JPEG", 0);
  std::printf("jpeg_check: no error\n");
  return 0;
}
