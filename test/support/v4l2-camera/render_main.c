// v4l2-camera-pictures FOLDER FORMAT WIDTHxHEIGHT JPEG_BYTES
// Renders the pictures of one camera mode (see pictures.h) into its file in the folder, where it isn't there yet.
// FORMAT is MJPG or YUYV, JPEG_BYTES what a JPEG of 1920x1080 shall have. The file appears whole.
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

static int write_file(const char *path, FrameSize size, uint32_t jpeg_bytes) {
  char partial[4200];
  snprintf(partial, sizeof partial, "%s.%d", path, getpid());
  FILE *file = fopen(partial, "wb");
  int written = file && write_pictures(file, (int)size.width, (int)size.height, jpeg_bytes);
  if (file) written = fclose(file) == 0 && written;
  if (written && rename(partial, path) == 0) return 0;
  perror(path);
  remove(partial);
  return 1;
}

int main(int argc, char **argv) {
  FrameSize size;
  const char *name = argc == 5 ? argv[2] : "";
  uint32_t format = strlen(name) == 4 ? v4l2_fourcc(name[0], name[1], name[2], name[3]) : 0;
  int known = format == V4L2_PIX_FMT_MJPEG || format == V4L2_PIX_FMT_YUYV;
  int sized = known && sscanf(argv[3], "%ux%u", &size.width, &size.height) == 2;
  if (!sized || size.width == 0 || size.width % 640 || size.height % MCU_HEIGHT) {
    fprintf(stderr, "usage: %s FOLDER MJPG|YUYV WIDTHxHEIGHT JPEG_BYTES\n", argv[0]);
    fprintf(stderr, "The width is a multiple of 640, the height of 8.\n");
    return 2;
  }
  uint32_t jpeg_bytes = pictures_jpeg_bytes(format, size, (uint32_t)strtoul(argv[4], NULL, 10));
  char path[4096];
  if (!pictures_path(argv[1], format, size, jpeg_bytes, path, sizeof path)) return 2;
  return access(path, R_OK) == 0 ? 0 : write_file(path, size, jpeg_bytes);
}
