#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "mjpeg_strip.h"
#include "render.h"

// Rows of one MCU row, as libjpeg takes raw data: a plane for each component.
typedef struct {
  JSAMPLE *memory;
  JSAMPROW rows[3][MCU_HEIGHT];
} PlanarRows;

static PlanarRows allocate_rows(int width) {
  PlanarRows planar = {.memory = malloc((size_t)width * MCU_HEIGHT * 2)};
  for (int y = 0; y < MCU_HEIGHT; y++) {
    JSAMPLE *row = planar.memory + (size_t)y * (size_t)width * 2;
    planar.rows[0][y] = row;
    planar.rows[1][y] = row + width;
    planar.rows[2][y] = row + width + width / 2;
  }
  return planar;
}

static void separate(const uint8_t *yuyv, int width, PlanarRows *planar) {
  for (int y = 0; y < MCU_HEIGHT; y++) {
    for (int pair = 0; pair < width / 2; pair++) {
      const uint8_t *from = yuyv + ((size_t)y * (size_t)width + (size_t)pair * 2) * 2;
      planar->rows[0][y][pair * 2] = from[0];
      planar->rows[0][y][pair * 2 + 1] = from[2];
      planar->rows[1][y][pair] = from[1];
      planar->rows[2][y][pair] = from[3];
    }
  }
}

EncodedPicture encode_jpeg(const uint8_t *yuyv, int width, int height, int quality) {
  EncodedPicture picture = {0};
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, &picture.bytes, &picture.size);
  jpeg.image_width = (JDIMENSION)width;
  jpeg.image_height = (JDIMENSION)height;
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_YCbCr;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg.raw_data_in = TRUE;
  jpeg.restart_in_rows = 1;
  jpeg.comp_info[0].h_samp_factor = 2;
  jpeg.comp_info[0].v_samp_factor = 1;
  jpeg_start_compress(&jpeg, TRUE);
  picture.dc_quantizer = jpeg.quant_tbl_ptrs[0]->quantval[0];

  PlanarRows planar = allocate_rows(width);
  JSAMPARRAY planes[3] = {planar.rows[0], planar.rows[1], planar.rows[2]};
  while (jpeg.next_scanline < jpeg.image_height) {
    separate(yuyv + (size_t)jpeg.next_scanline * (size_t)width * 2, width, &planar);
    jpeg_write_raw_data(&jpeg, planes, MCU_HEIGHT);
  }
  free(planar.memory);
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  return picture;
}

size_t jpeg_scan_start(const EncodedPicture *picture) {
  size_t at = 2;
  for (;;) {
    int marker = picture->bytes[at + 1];
    at += 2 + ((size_t)picture->bytes[at + 2] << 8 | picture->bytes[at + 3]);
    if (marker == 0xda) return at;
  }
}

size_t jpeg_row_start(const EncodedPicture *picture, int mcu_row) {
  size_t at = jpeg_scan_start(picture);
  while (mcu_row > 0) {
    int restart = picture->bytes[at] == 0xff && (picture->bytes[at + 1] & 0xf8) == 0xd0;
    at += restart ? 2 : 1;
    mcu_row -= restart;
  }
  return at;
}
