// v4l2-camera-pictures FILE WIDTHxHEIGHT JPEG_BYTES
// Renders the pictures of one camera mode (see pictures.h); JPEG_BYTES of 0 means YUYV. The file appears whole.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mjpeg_strip.h"
#include "render.h"

static size_t encoded_size(const uint8_t *yuyv, int width, int height, int quality) {
  EncodedPicture picture = encode_jpeg(yuyv, width, height, quality);
  free(picture.bytes);
  return picture.size;
}

// The quality at which the picture's size is nearest.
static int quality_for(const uint8_t *yuyv, int width, int height, size_t bytes) {
  int low = 5, high = 98;
  while (low < high) {
    int quality = (low + high) / 2;
    if (encoded_size(yuyv, width, height, quality) < bytes)
      low = quality + 1;
    else
      high = quality;
  }
  size_t above = encoded_size(yuyv, width, height, low), below = encoded_size(yuyv, width, height, low - 1);
  return above + below > 2 * bytes ? low - 1 : low;
}

static int write_jpeg(FILE *file, PicturesHeader *header, const uint8_t *yuyv, int width, int height, int quality) {
  EncodedPicture picture = encode_jpeg(yuyv, width, height, quality);
  size_t scan = jpeg_scan_start(&picture), rest = jpeg_row_start(&picture, strip_mcu_rows(width));
  header->dc_quantizer = picture.dc_quantizer;
  header->head_size = (uint32_t)scan - 2;
  int fits = header->head_size <= PICTURES_HEAD_CAPACITY;
  if (fits) memcpy(header->head, picture.bytes + 2, header->head_size);
  fits = fits && fwrite(picture.bytes + rest, picture.size - rest, 1, file) == 1;
  free(picture.bytes);
  return fits;
}

static int write_pictures(FILE *file, int width, int height, size_t jpeg_bytes) {
  PicturesHeader header = {.version = PICTURES_VERSION};
  uint8_t *background = render_background(width, height);
  size_t raw_size = (size_t)width * (size_t)height * 2;
  uint8_t *yuyv = malloc(raw_size);
  render_picture(background, width, height, 0, yuyv);
  int quality = jpeg_bytes ? quality_for(yuyv, width, height, jpeg_bytes) : 0;
  int written = fwrite(&header, sizeof header, 1, file) == 1;
  for (int index = 0; index < PICTURE_COUNT && written; index++) {
    header.offset[index] = (uint64_t)ftell(file);
    render_picture(background, width, height, index, yuyv);
    written = jpeg_bytes ? write_jpeg(file, &header, yuyv, width, height, quality)
                         : fwrite(yuyv, raw_size, 1, file) == 1;
  }
  header.offset[PICTURE_COUNT] = (uint64_t)ftell(file);
  rewind(file);
  written = written && fwrite(&header, sizeof header, 1, file) == 1;
  free(yuyv);
  free(background);
  return written;
}

int main(int argc, char **argv) {
  int width, height;
  if (argc != 4 || sscanf(argv[2], "%dx%d", &width, &height) != 2 || width <= 0 || width % 640 || height % MCU_HEIGHT) {
    fprintf(stderr, "usage: %s FILE WIDTHxHEIGHT JPEG_BYTES (the width a multiple of 640, the height of 8)\n", argv[0]);
    return 2;
  }
  char partial[4096];
  snprintf(partial, sizeof partial, "%s.%d", argv[1], getpid());
  FILE *file = fopen(partial, "wb");
  int written = file && write_pictures(file, width, height, strtoul(argv[3], NULL, 10));
  if (file) written = fclose(file) == 0 && written;
  if (written && rename(partial, argv[1]) == 0) return 0;
  perror(argv[1]);
  remove(partial);
  return 1;
}
