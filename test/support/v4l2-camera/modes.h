// A camera's modes as V4L2 tells them, from what its control file offers.
#pragma once

#include <linux/videodev2.h>

#include "config.h"
#include "state.h"

typedef struct {
  uint32_t format;  // fourcc
  FrameSize size;
  uint32_t rate;  // frames per second
} Mode;

// The mode that the camera is set to; its first format at 640x480 and 30 Hz (or what is nearest) before anybody set it.
Mode mode_current(const CameraConfig *config, const CameraState *state);
void mode_store(CameraState *state, Mode mode);

// The nearest that the camera has: an unknown format gives the first one, a size the one of the nearest area.
Mode mode_nearest(const CameraConfig *config, Mode wanted);

bool mode_has_format(const CameraConfig *config, uint32_t format);
bool mode_has_size(const CameraConfig *config, uint32_t width, uint32_t height);

// Bytes that a frame can have.
uint32_t mode_image_size(Mode mode);
void mode_describe(Mode mode, struct v4l2_pix_format *pix);
