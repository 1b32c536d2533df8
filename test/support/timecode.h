// The time code that the test cameras draw into every picture, so that a client can tell which frame it sees and how
// old it is after any scaling and re-encoding.
//
// The picture's width is cut into 40 columns; a block is as high as it is wide. Three rows of 32 blocks from the top
// left hold, most significant bit first, white for 1 and black for 0:
//   row 0  the upper 32 bits of the capture time, in microseconds of CLOCK_MONOTONIC
//   row 1  its lower 32 bits
//   row 2  24 bits of the frame's sequence number, then a CRC-8 (polynomial 0x07) over the 11 bytes before it
// A reader samples the middle of each block.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { TIMECODE_COLUMNS = 40, TIMECODE_BITS = 32, TIMECODE_ROWS = 3, TIMECODE_WHITE = 235, TIMECODE_BLACK = 16 };

typedef struct {
  uint64_t capture_us;
  uint32_t sequence;  // 24 bits
} Timecode;

static inline uint8_t timecode_crc8(const uint8_t *bytes, size_t count) {
  uint8_t crc = 0;
  for (size_t i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = (uint8_t)((crc & 0x80) ? (crc << 1) ^ 0x07 : crc << 1);
  }
  return crc;
}

static inline void timecode_pack(Timecode code, uint8_t bytes[12]) {
  for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)(code.capture_us >> (56 - 8 * i));
  for (int i = 0; i < 3; i++) bytes[8 + i] = (uint8_t)(code.sequence >> (16 - 8 * i));
  bytes[11] = timecode_crc8(bytes, 11);
}

// Draws into a luma plane: `pixel_step` is 1 for planar formats, 2 for YUYV.
static inline void timecode_draw(uint8_t *luma, int width, size_t row_stride, size_t pixel_step, Timecode code) {
  uint8_t bytes[12];
  timecode_pack(code, bytes);
  for (int row = 0; row < TIMECODE_ROWS; row++) {
    int y0 = row * width / TIMECODE_COLUMNS, y1 = (row + 1) * width / TIMECODE_COLUMNS;
    for (int bit = 0; bit < TIMECODE_BITS; bit++) {
      int x0 = bit * width / TIMECODE_COLUMNS, x1 = (bit + 1) * width / TIMECODE_COLUMNS;
      int one = (bytes[row * 4 + bit / 8] >> (7 - bit % 8)) & 1;
      for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
          luma[(size_t)y * row_stride + (size_t)x * pixel_step] = one ? TIMECODE_WHITE : TIMECODE_BLACK;
    }
  }
}

// Reads from a luma plane whose width stands for the whole picture's. Returns 0 where the checksum doesn't fit.
static inline int timecode_read(const uint8_t *luma, int width, int height, size_t row_stride, size_t pixel_step,
                                Timecode *code) {
  uint8_t bytes[12] = {0};
  for (int row = 0; row < TIMECODE_ROWS; row++) {
    int y = (2 * row + 1) * width / (2 * TIMECODE_COLUMNS);
    if (y >= height) return 0;
    for (int bit = 0; bit < TIMECODE_BITS; bit++) {
      int x = (2 * bit + 1) * width / (2 * TIMECODE_COLUMNS);
      if (luma[(size_t)y * row_stride + (size_t)x * pixel_step] > 125)
        bytes[row * 4 + bit / 8] |= (uint8_t)(0x80 >> (bit % 8));
    }
  }
  if (timecode_crc8(bytes, 11) != bytes[11]) return 0;
  code->capture_us = 0;
  for (int i = 0; i < 8; i++) code->capture_us = code->capture_us << 8 | bytes[i];
  code->sequence = (uint32_t)bytes[8] << 16 | (uint32_t)bytes[9] << 8 | bytes[10];
  return 1;
}
