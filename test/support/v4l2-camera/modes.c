#include "modes.h"

#include <stdlib.h>
#include <string.h>

Mode mode_current(const CameraConfig *config, const CameraState *state) {
  Mode mode = {.format = (uint32_t)state->format,
               .size = {(uint32_t)state->width, (uint32_t)state->height},
               .rate = (uint32_t)state->rate};
  if (mode.format == 0) mode = (Mode){config->formats[0], {640, 480}, 30};
  return mode_nearest(config, mode);
}

void mode_store(CameraState *state, Mode mode) {
  state->format = mode.format;
  state->width = mode.size.width;
  state->height = mode.size.height;
  state->rate = mode.rate;
}

bool mode_has_format(const CameraConfig *config, uint32_t format) {
  for (int i = 0; i < config->format_count; i++)
    if (config->formats[i] == format) return true;
  return false;
}

bool mode_has_size(const CameraConfig *config, uint32_t width, uint32_t height) {
  for (int i = 0; i < config->size_count; i++)
    if (config->sizes[i].width == width && config->sizes[i].height == height) return true;
  return false;
}

static uint64_t size_distance(FrameSize a, FrameSize b) {
  uint64_t common = (uint64_t)(a.width < b.width ? a.width : b.width) * (a.height < b.height ? a.height : b.height);
  return (uint64_t)a.width * a.height + (uint64_t)b.width * b.height - 2 * common;
}

Mode mode_nearest(const CameraConfig *config, Mode wanted) {
  Mode mode = {.format = config->formats[0], .size = config->sizes[0], .rate = config->rates[0]};
  if (mode_has_format(config, wanted.format)) mode.format = wanted.format;
  for (int i = 1; i < config->size_count; i++)
    if (size_distance(config->sizes[i], wanted.size) < size_distance(mode.size, wanted.size))
      mode.size = config->sizes[i];
  for (int i = 1; i < config->rate_count; i++)
    if (labs((long)config->rates[i] - (long)wanted.rate) < labs((long)mode.rate - (long)wanted.rate))
      mode.rate = config->rates[i];
  return mode;
}

uint32_t mode_image_size(Mode mode) { return mode.size.width * mode.size.height * 2; }

void mode_describe(Mode mode, struct v4l2_pix_format *pix) {
  memset(pix, 0, sizeof *pix);
  pix->width = mode.size.width;
  pix->height = mode.size.height;
  pix->pixelformat = mode.format;
  pix->field = V4L2_FIELD_NONE;
  pix->bytesperline = mode.format == V4L2_PIX_FMT_YUYV ? mode.size.width * 2 : 0;
  pix->sizeimage = mode_image_size(mode);
  pix->colorspace = V4L2_COLORSPACE_SRGB;
  pix->priv = V4L2_PIX_FMT_PRIV_MAGIC;
}
