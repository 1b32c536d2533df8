// The pictures that a camera shows in a loop, in a file that `v4l2-camera-pictures` renders once for each format and
// size. They are read from the page cache, so that they count neither as the memory nor as the work of the process in
// which the camera runs.
//
// The file: PicturesHeader, then the pictures. A YUYV picture is whole; its time code is drawn over it. An MJPG picture
// is what follows the rows of the time code: the scan from there on, in restart intervals of one MCU row, and EOI.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "modes.h"

enum { PICTURE_COUNT = 30, PICTURES_VERSION = 1, PICTURES_HEAD_CAPACITY = 1024 };
enum { STRIP_LUMA = 64 };  // of the time code's rows beside its blocks

typedef struct {
  uint32_t version;
  uint32_t dc_quantizer;                  // of luma's DC coefficient
  uint32_t head_size;                     // 0 for YUYV
  uint8_t head[PICTURES_HEAD_CAPACITY];   // the JPEG's segments between SOI and the scan
  uint64_t offset[PICTURE_COUNT + 1];     // of each picture; the last is the file's end
} PicturesHeader;

typedef struct {
  int fd;
  Mode mode;
  PicturesHeader header;
} Pictures;

// Bytes that each JPEG shall have, from what one of 1920x1080 has; 0 for a raw format.
uint32_t pictures_jpeg_bytes(uint32_t format, FrameSize size, uint32_t bytes_at_1080p);

// The file's path; false where it's too long.
bool pictures_path(const char *folder, uint32_t format, FrameSize size, uint32_t jpeg_bytes, char *path,
                   size_t capacity);

// Opens the file in V4L2_CAMERA_CACHE (or the control directory), rendering it before where it isn't there yet.
// NULL with errno. Needs pictures_close().
Pictures *pictures_open(const CameraConfig *config, Mode mode);
void pictures_close(Pictures *pictures);
