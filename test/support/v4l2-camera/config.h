// The control directory: V4L2_CAMERA_DIR holds a file `videoN` for each camera, with `key=value` lines, and the camera
// follows every change of it at once. Without the variable there are no cameras and the library does nothing.
//
//   plugged=1                     0: the node is gone and who has it open gets ENODEV
//   card=Test Camera              the name that VIDIOC_QUERYCAP tells
//   formats=MJPG,YUYV
//   sizes=640x480,1280x720        the width a multiple of 640 (the time code's blocks are whole MCUs), the height of 8
//   rates=15,30,60                frames per second
//   jpeg_bytes=180000             the size of a 1920x1080 JPEG; other sizes in proportion to their area
//   fault=none                    stall: no frames; truncate: cut at half its bytes; corrupt: bytes overwritten
//   fault_every=1                 the fault hits the frames whose sequence number this divides
//   clock_ms=0                    how far the driver's time stamps are off; its time code and comment stay right
//
// Next to it the library keeps `videoN.state` (state.h) and `videoN.lock` (locked by who streams).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CAMERA_MAX_FORMATS = 2, CAMERA_MAX_SIZES = 8, CAMERA_MAX_RATES = 8, CAMERA_MAX_NODES = 64 };

typedef enum { FAULT_NONE, FAULT_STALL, FAULT_TRUNCATE, FAULT_CORRUPT } CameraFault;

typedef struct {
  uint32_t width, height;
} FrameSize;

typedef struct {
  bool plugged;
  char card[32];
  uint32_t formats[CAMERA_MAX_FORMATS];  // V4L2 fourccs
  int format_count;
  FrameSize sizes[CAMERA_MAX_SIZES];
  int size_count;
  uint32_t rates[CAMERA_MAX_RATES];  // frames per second
  int rate_count;
  uint32_t jpeg_bytes;
  CameraFault fault;
  uint32_t fault_every;
  int64_t clock_ms;
} CameraConfig;

typedef enum { NODE_FOREIGN, NODE_UNPLUGGED, NODE_PRESENT } NodeStatus;

// The control directory, or NULL.
const char *config_directory(void);

// `<control directory>/video<node><suffix>`; false where there is no directory or it's too long.
bool config_path(int node, const char *suffix, char *path, size_t capacity);

// False where there is no such camera.
bool config_read(int node, CameraConfig *config);

// What a path is: /dev/videoN of a camera here (its number goes to `node`), or somebody else's.
NodeStatus config_node_status(const char *path, int *node);
