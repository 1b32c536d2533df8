#include "mjpeg_strip.h"

#include <stdlib.h>
#include <string.h>

#include "pictures.h"

typedef struct {
  uint8_t *out;
  uint64_t bits;
  int count;
} BitWriter;

typedef struct {
  uint16_t code;
  uint8_t length;
} HuffmanCode;

// T.81 table K.3: luma DC difference categories.
static const HuffmanCode luma_dc[12] = {{0x0, 2},  {0x2, 3},  {0x3, 3},  {0x4, 3},  {0x5, 3},   {0x6, 3},
                                        {0xe, 4},  {0x1e, 5}, {0x3e, 6}, {0x7e, 7}, {0xfe, 8}, {0x1fe, 9}};
static const HuffmanCode luma_end_of_block = {0xa, 4};     // table K.5
static const HuffmanCode flat_chroma_block = {0x0, 2 + 2};  // table K.4's category 0, table K.6's end of block

static void put(BitWriter *writer, uint32_t value, int length) {
  writer->bits = writer->bits << length | value;
  writer->count += length;
  while (writer->count >= 8) {
    writer->count -= 8;
    uint8_t byte = (uint8_t)(writer->bits >> writer->count);
    *writer->out++ = byte;
    if (byte == 0xff) *writer->out++ = 0;
  }
}

static void put_luma_block(BitWriter *writer, int difference) {
  int magnitude = abs(difference), category = 0;
  while (magnitude >> category) category++;
  put(writer, luma_dc[category].code, luma_dc[category].length);
  if (category) put(writer, (uint32_t)(difference > 0 ? difference : difference + (1 << category) - 1), category);
  put(writer, luma_end_of_block.code, luma_end_of_block.length);
}

static void put_flat_mcu(BitWriter *writer, int level, int *predicted) {
  put_luma_block(writer, level - *predicted);
  put_luma_block(writer, 0);
  put(writer, flat_chroma_block.code, flat_chroma_block.length);
  put(writer, flat_chroma_block.code, flat_chroma_block.length);
  *predicted = level;
}

// The quantized DC coefficient of a flat block: 8 * (luma - 128), rounded.
static int dc_level(int luma, uint32_t quantizer) {
  int value = 8 * (luma - 128), half = (int)quantizer / 2;
  return (value + (value < 0 ? -half : half)) / (int)quantizer;
}

static uint8_t *write_row(uint8_t *out, int width, uint32_t dc_quantizer, const uint8_t bits[4]) {
  BitWriter writer = {.out = out};
  int white = dc_level(TIMECODE_WHITE, dc_quantizer), black = dc_level(TIMECODE_BLACK, dc_quantizer);
  int beside = dc_level(STRIP_LUMA, dc_quantizer), predicted = 0;
  int mcus_per_column = width / TIMECODE_COLUMNS / MCU_WIDTH;
  for (int column = 0; column < TIMECODE_COLUMNS; column++) {
    int level = beside;
    if (column < TIMECODE_BITS) level = (bits[column / 8] >> (7 - column % 8)) & 1 ? white : black;
    for (int i = 0; i < mcus_per_column; i++) put_flat_mcu(&writer, level, &predicted);
  }
  int padding = (8 - writer.count) % 8;
  put(&writer, (1u << padding) - 1, padding);
  return writer.out;
}

size_t strip_write(uint8_t *out, int width, uint32_t dc_quantizer, Timecode code) {
  uint8_t bytes[12];
  timecode_pack(code, bytes);
  uint8_t *end = out;
  int copies = width / TIMECODE_COLUMNS / MCU_HEIGHT, mcu_row = 0;
  for (int row = 0; row < TIMECODE_ROWS; row++) {
    const uint8_t *first = end;
    end = write_row(end, width, dc_quantizer, bytes + row * 4);
    size_t size = (size_t)(end - first);
    for (int copy = 0; copy < copies; copy++, mcu_row++) {
      if (copy > 0) {
        memcpy(end, first, size);
        end += size;
      }
      *end++ = 0xff;
      *end++ = (uint8_t)(0xd0 + mcu_row % 8);
    }
  }
  return (size_t)(end - out);
}
