#include "frame.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mjpeg_strip.h"

uint64_t monotonic_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static size_t read_picture(const Pictures *pictures, uint32_t sequence, uint8_t *out, size_t capacity) {
  const uint64_t *offset = &pictures->header.offset[sequence % PICTURE_COUNT];
  size_t size = (size_t)(offset[1] - offset[0]);
  ssize_t count = pread(pictures->fd, out, size < capacity ? size : capacity, (off_t)offset[0]);
  return count > 0 ? (size_t)count : 0;
}

// What timecode_draw() draws, with each block row's first line copied to the others.
static void draw_timecode(uint8_t *yuyv, int width, Timecode code) {
  uint8_t bytes[12];
  timecode_pack(code, bytes);
  size_t stride = (size_t)width * 2, block = stride / TIMECODE_COLUMNS;
  for (int row = 0; row < TIMECODE_ROWS; row++) {
    uint8_t *line = yuyv + (size_t)(row * width / TIMECODE_COLUMNS) * stride;
    for (int bit = 0; bit < TIMECODE_BITS; bit++) {
      int one = (bytes[row * 4 + bit / 8] >> (7 - bit % 8)) & 1;
      for (size_t x = 0; x < block; x += 2) line[bit * block + x] = one ? TIMECODE_WHITE : TIMECODE_BLACK;
    }
    for (int y = 1; y < width / TIMECODE_COLUMNS; y++) memcpy(line + y * stride, line, TIMECODE_BITS * block);
  }
}

static Frame make_yuyv(const Pictures *pictures, uint32_t sequence, uint8_t *out, size_t capacity) {
  Frame frame = {.size = read_picture(pictures, sequence, out, capacity), .capture_us = monotonic_us()};
  if (frame.size == mode_image_size(pictures->mode))
    draw_timecode(out, (int)pictures->mode.size.width, (Timecode){frame.capture_us, sequence & 0xffffff});
  return frame;
}

static size_t write_comment(uint8_t *out, uint32_t sequence, uint64_t capture_us) {
  char text[80];
  int length = snprintf(text, sizeof text, "lenscast-test seq=%010u capture_us=%020llu", sequence,
                        (unsigned long long)capture_us);
  out[0] = 0xff;
  out[1] = 0xfe;
  out[2] = 0;
  out[3] = (uint8_t)(length + 2);
  memcpy(out + 4, text, (size_t)length);
  return (size_t)length + 4;
}

static Frame make_mjpeg(const Pictures *pictures, uint32_t sequence, uint8_t *out, size_t capacity) {
  const PicturesHeader *header = &pictures->header;
  int width = (int)pictures->mode.size.width;
  Frame frame = {.capture_us = monotonic_us()};
  size_t strip_limit = (size_t)strip_mcu_rows(width) * ((size_t)width / MCU_WIDTH * 8 + 2);
  if (capacity < 128 + PICTURES_HEAD_CAPACITY + strip_limit) return frame;
  out[0] = 0xff;
  out[1] = 0xd8;
  size_t size = 2 + write_comment(out + 2, sequence, frame.capture_us);
  memcpy(out + size, header->head, header->head_size);
  size += header->head_size;
  size += strip_write(out + size, width, header->dc_quantizer, (Timecode){frame.capture_us, sequence & 0xffffff});
  frame.size = size + read_picture(pictures, sequence, out + size, capacity - size);
  return frame;
}

// Overwrites pieces of the lower two thirds, so that the head and the time code stay readable.
static void corrupt(uint8_t *bytes, size_t size, uint32_t seed) {
  for (int piece = 0; piece < 16; piece++) {
    seed = seed * 1664525u + 1013904223u;
    size_t at = size / 3 + seed % (size / 2);
    for (size_t i = 0; i < 64 && at + i + 2 < size; i++)
      bytes[at + i] = (uint8_t)(seed >> (i % 24)) ^ (uint8_t)(i * 37);
  }
}

Frame frame_make(const Pictures *pictures, uint32_t sequence, CameraFault fault, uint8_t *out, size_t capacity) {
  Frame frame = pictures->mode.format == V4L2_PIX_FMT_MJPEG ? make_mjpeg(pictures, sequence, out, capacity)
                                                            : make_yuyv(pictures, sequence, out, capacity);
  if (fault == FAULT_TRUNCATE) frame.size /= 2;
  if (fault == FAULT_CORRUPT && frame.size > 0) corrupt(out, frame.size, sequence + 1);
  return frame;
}
