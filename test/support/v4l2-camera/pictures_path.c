#include <stdio.h>

#include "pictures.h"

uint32_t pictures_jpeg_bytes(uint32_t format, FrameSize size, uint32_t bytes_at_1080p) {
  if (format != V4L2_PIX_FMT_MJPEG) return 0;
  return (uint32_t)((uint64_t)bytes_at_1080p * size.width * size.height / (1920 * 1080));
}

bool pictures_path(const char *folder, uint32_t format, FrameSize size, uint32_t jpeg_bytes, char *path,
                   size_t capacity) {
  int length = snprintf(path, capacity, "%s/%.4s-%ux%u-%u.v%d.pictures", folder, (const char *)&format, size.width,
                        size.height, jpeg_bytes, PICTURES_VERSION);
  return length > 0 && (size_t)length < capacity;
}
