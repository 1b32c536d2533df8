// Renders the pictures that the test cameras show.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "pictures.h"

// The scene without its moving parts: gradients, several octaves of texture and a resolution chart, as YUYV. malloc'ed.
uint8_t *render_background(int width, int height);

// One picture of the loop: what moves, and the sensor's noise, over a copy of the background.
void render_picture(const uint8_t *background, int width, int height, int index, uint8_t *yuyv);

typedef struct {
  unsigned char *bytes;  // malloc'ed
  unsigned long size;
  uint32_t dc_quantizer;
} EncodedPicture;

// A 4:2:2 JPEG in restart intervals of one MCU row, with the Huffman tables of T.81, Annex K.
EncodedPicture encode_jpeg(const uint8_t *yuyv, int width, int height, int quality);

// Where the entropy-coded data begins.
size_t jpeg_scan_start(const EncodedPicture *picture);

// Where the data of an MCU row begins.
size_t jpeg_row_start(const EncodedPicture *picture, int mcu_row);
