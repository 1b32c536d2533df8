// Makes one frame of a stream: the looped picture with this moment's time code in it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "pictures.h"

typedef struct {
  size_t size;
  uint64_t capture_us;  // CLOCK_MONOTONIC
} Frame;

uint64_t monotonic_us(void);

// An MJPG frame has a COM segment right after SOI, always of the same length:
// `lenscast-test seq=<10 digits> capture_us=<20 digits>`. `fault` is FAULT_NONE, FAULT_TRUNCATE or FAULT_CORRUPT.
Frame frame_make(const Pictures *pictures, uint32_t sequence, CameraFault fault, uint8_t *out, size_t capacity);
