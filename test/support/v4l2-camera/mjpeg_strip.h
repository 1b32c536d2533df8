// The time code's rows of a JPEG, written as entropy-coded data: each block of the time code is a whole number of MCUs
// of one flat luma, so only DC coefficients have to be coded, and no encoder runs for a frame.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "timecode.h"

enum { MCU_WIDTH = 16, MCU_HEIGHT = 8 };  // 4:2:2

// MCU rows that the time code takes at the top of a picture.
static inline int strip_mcu_rows(int width) { return TIMECODE_ROWS * (width / TIMECODE_COLUMNS) / MCU_HEIGHT; }

// Writes the rows, each with the restart marker after it, for the Huffman tables of ITU-T T.81, Annex K.3.
// `width` is a multiple of 640. Returns the bytes written: at most 8 for an MCU, and 2 for a row.
size_t strip_write(uint8_t *out, int width, uint32_t dc_quantizer, Timecode code);
