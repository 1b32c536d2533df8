#include "handle.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "capture.h"
#include "frame.h"
#include "real.h"

enum { MAX_HANDLES = 128, MAX_DESCRIPTORS = 65536 };

static Handle handles[MAX_HANDLES];
static pthread_mutex_t handles_mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(Handle *) by_descriptor[MAX_DESCRIPTORS];

Handle *handle_of(int fd) {
  if (fd < 0 || fd >= MAX_DESCRIPTORS) return NULL;
  Handle *handle = atomic_load_explicit(&by_descriptor[fd], memory_order_acquire);
  return handle && handle->pid == getpid() ? handle : NULL;
}

static Handle *claim_free_handle(void) {
  static bool initialized;
  Handle *free_handle = NULL;
  pthread_mutex_lock(&handles_mutex);
  for (int i = 0; i < MAX_HANDLES && !initialized; i++) {
    pthread_mutex_init(&handles[i].mutex, NULL);
    pthread_cond_init(&handles[i].changed, NULL);
  }
  initialized = true;
  for (int i = 0; i < MAX_HANDLES && !free_handle; i++)
    if (handles[i].descriptors == 0) free_handle = &handles[i];
  if (free_handle) free_handle->descriptors = 1;
  pthread_mutex_unlock(&handles_mutex);
  return free_handle;
}

static void close_if_open(int *fd) {
  if (*fd >= 0) REAL(close)(*fd);
  *fd = -1;
}

static void release_resources(Handle *handle) {
  close_if_open(&handle->frame_fd);
  close_if_open(&handle->wake_fd);
  close_if_open(&handle->watch_fd);
  handle_dismiss(handle);
  if (handle->state) state_unmap(handle->state);
  handle->state = NULL;
  pthread_mutex_lock(&handles_mutex);
  handle->descriptors = 0;
  pthread_mutex_unlock(&handles_mutex);
}

static int start_thread(Handle *handle) {
  // The application's signals are its own threads' business.
  sigset_t all, previous;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &previous);
  int error = pthread_create(&handle->thread, NULL, capture_run, handle);
  pthread_sigmask(SIG_SETMASK, &previous, NULL);
  return error;
}

static int open_resources(Handle *handle, int flags) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
  handle->frame_fd = ends[1];
  if (!(flags & O_NONBLOCK)) fcntl(ends[0], F_SETFL, 0);
  if (!(flags & O_CLOEXEC)) fcntl(ends[0], F_SETFD, 0);
  handle->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  handle->watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  handle->state = state_map(handle->node);
  bool fit = ends[0] < MAX_DESCRIPTORS && handle->wake_fd >= 0 && handle->state &&
             inotify_add_watch(handle->watch_fd, config_directory(),
                               IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF) >= 0;
  // Read only now that changes are watched, so that none is missed.
  if (fit && config_read(handle->node, &handle->config) && handle->config.plugged) return ends[0];
  REAL(close)(ends[0]);
  errno = fit ? ENOENT : EMFILE;
  return -1;
}

int handle_open(int node, int flags) {
  Handle *handle = claim_free_handle();
  if (!handle) {
    errno = EMFILE;
    return -1;
  }
  handle->pid = getpid();
  handle->node = node;
  handle->frame_fd = handle->wake_fd = handle->watch_fd = handle->lock_fd = -1;
  handle->unplugged = handle->streaming = handle->filling = false;
  handle->pictures = NULL;
  queue_init(&handle->queue);
  int fd = open_resources(handle, flags);
  handle->open = fd >= 0;
  if (fd >= 0 && start_thread(handle) != 0) {
    handle->open = false;
    REAL(close)(fd);
    fd = -1;
    errno = EAGAIN;
  }
  if (fd < 0) {
    int error = errno;
    release_resources(handle);
    errno = error;
    return -1;
  }
  atomic_store_explicit(&by_descriptor[fd], handle, memory_order_release);
  return fd;
}

void handle_adopt(Handle *handle, int fd) {
  if (fd < 0 || fd >= MAX_DESCRIPTORS) return;
  pthread_mutex_lock(&handle->mutex);
  handle->descriptors++;
  pthread_mutex_unlock(&handle->mutex);
  atomic_store_explicit(&by_descriptor[fd], handle, memory_order_release);
}

void handle_close(Handle *handle, int fd) {
  atomic_store_explicit(&by_descriptor[fd], NULL, memory_order_release);
  pthread_mutex_lock(&handle->mutex);
  bool last = handle->descriptors == 1;
  if (!last) handle->descriptors--;
  if (last) {
    handle_stream_off(handle, fd);
    queue_free_buffers(&handle->queue);
    handle->open = false;
    pthread_cond_broadcast(&handle->changed);
    eventfd_write(handle->wake_fd, 1);
  }
  pthread_mutex_unlock(&handle->mutex);
  if (!last) return;
  pthread_join(handle->thread, NULL);
  pthread_mutex_lock(&handle->mutex);
  release_resources(handle);
  pthread_mutex_unlock(&handle->mutex);
}

int handle_acquire(Handle *handle) {
  if (handle->lock_fd >= 0) return 0;
  char path[4096];
  if (!config_path(handle->node, ".lock", path, sizeof path)) return -ENODEV;
  handle->lock_fd = REAL(open)(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (handle->lock_fd < 0) return -errno;
  if (flock(handle->lock_fd, LOCK_EX | LOCK_NB) == 0) return 0;
  close_if_open(&handle->lock_fd);
  return -EBUSY;
}

void handle_dismiss(Handle *handle) { close_if_open(&handle->lock_fd); }

int handle_stream_on(Handle *handle) {
  if (handle->streaming) return 0;
  if (handle->queue.count == 0) return -EINVAL;
  handle->pictures = pictures_open(&handle->config, mode_current(&handle->config, handle->state));
  if (!handle->pictures) return -errno;
  handle->streaming = true;
  handle->stream_number++;
  handle->stream_start_us = monotonic_us();
  handle->state->streaming_pid = (uint64_t)handle->pid;
  eventfd_write(handle->wake_fd, 1);
  return 0;
}

static void stop_frames(Handle *handle) {
  bool streamed = handle->streaming;
  handle->streaming = false;
  while (handle->filling) pthread_cond_wait(&handle->changed, &handle->mutex);
  queue_cancel(&handle->queue);
  pictures_close(handle->pictures);
  handle->pictures = NULL;
  if (streamed) handle->state->streaming_pid = 0;
  pthread_cond_broadcast(&handle->changed);
}

void handle_stream_off(Handle *handle, int fd) {
  stop_frames(handle);
  // The bytes of buffers that were done and not dequeued.
  struct pollfd frames = {.fd = fd, .events = POLLIN};
  char bytes[QUEUE_MAX_BUFFERS];
  while (poll(&frames, 1, 0) > 0 && (frames.revents & POLLIN))
    if (read(fd, bytes, sizeof bytes) <= 0) break;
}

void handle_unplug(Handle *handle) {
  handle->unplugged = true;
  stop_frames(handle);
  close_if_open(&handle->frame_fd);
  handle_dismiss(handle);
}
