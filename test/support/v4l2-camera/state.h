// What all processes share of a camera: the file `videoN.state`, mapped. Its counters run on over every stream.
// Readers outside take it as an array of little endian 64 bit numbers in this order.
#pragma once

#include <stdatomic.h>
#include <stdint.h>

enum { CAMERA_CONTROLS = 4 };

typedef struct {
  _Atomic uint64_t frames_captured;  // put into a buffer
  _Atomic uint64_t frames_lost;      // for want of a queued buffer; the sequence number jumps
  _Atomic uint64_t frames_late;      // the capture thread got no CPU for more than a frame; the number jumps as well
  _Atomic uint64_t sequence;         // of the newest frame
  _Atomic uint64_t capture_us;       // of the newest frame, CLOCK_MONOTONIC
  _Atomic uint64_t streaming_pid;    // 0: nobody streams
  _Atomic uint64_t capture_cpu_ns;   // CPU time of the capture threads: the camera's own cost
  _Atomic uint64_t format;           // fourcc; 0: not set yet
  _Atomic uint64_t width, height;
  _Atomic uint64_t rate;  // frames per second
  _Atomic int64_t controls[CAMERA_CONTROLS];
} CameraState;

// NULL with errno.
CameraState *state_map(int node);
void state_unmap(CameraState *state);
