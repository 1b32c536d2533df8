// One open file description of a camera. Its descriptor is the read end of a pipe that holds a byte for each done
// buffer, so that poll, select and epoll work without help; unplugging closes the write end (POLLHUP).
//
// Handles lie in a fixed array and are never freed, so that a lookup needs no lock: who finds one takes its mutex and
// asks whether it's still open. A handle serves the process that opened it; a forked child sees a bare pipe.
//
// Not emulated: read(2) on the descriptor (it would take the pipe's bytes), dup2(), fcntl(F_DUPFD).
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

#include "config.h"
#include "pictures.h"
#include "queue.h"
#include "state.h"

typedef struct {
  pthread_mutex_t mutex;
  pthread_cond_t changed;  // a frame is done, a fill ended, the stream stopped, the camera is gone
  bool open;
  bool unplugged;  // for good: a camera that is plugged in again needs a new descriptor
  pid_t pid;
  int node;
  int descriptors;  // that refer to this handle
  int frame_fd;     // the pipe's write end; -1 after unplugging
  int wake_fd;      // eventfd: tells the capture thread to look again
  int watch_fd;     // inotify on the control directory
  int lock_fd;      // held from the first S_FMT or REQBUFS to close or REQBUFS(0); -1: not held
  CameraConfig config;
  CameraState *state;
  Queue queue;
  Pictures *pictures;  // while streaming
  bool streaming;
  bool filling;
  uint64_t stream_start_us;
  uint32_t stream_number;  // counts STREAMONs, so that the capture thread begins anew
  pthread_t thread;
} Handle;

// The handle of a descriptor of this process, or NULL.
Handle *handle_of(int fd);

// A descriptor, or -1 with errno. `flags` are open()'s.
int handle_open(int node, int flags);

// Forgets a descriptor that is about to be closed; the last one ends the handle.
void handle_close(Handle *handle, int fd);

// Lets another descriptor refer to the handle.
void handle_adopt(Handle *handle, int fd);

// Becomes the camera's one user, as a UVC camera's handle does: 0 or -EBUSY. Call with the mutex held.
int handle_acquire(Handle *handle);
void handle_dismiss(Handle *handle);

// 0 or a negative errno. Call with the mutex held.
int handle_stream_on(Handle *handle);
void handle_stream_off(Handle *handle, int fd);

// Hangs up: every call fails with ENODEV from now on. Call with the mutex held.
void handle_unplug(Handle *handle);
