// open, fopen, close, dup, ioctl and mmap, and the system calls by number that libv4l2 and libuv make instead.
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "files.h"
#include "ioctl.h"
#include "real.h"
#include "sysfs.h"

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int directory, const char *path, int flags);
int __openat64_2(int directory, const char *path, int flags);

bool camera_open(const char *path, int flags, int *result) {
  int node;
  if (sysfs_open(path, result)) return true;
  NodeStatus status = config_node_status(path, &node);
  if (status == NODE_FOREIGN) return false;
  *result = -1;
  errno = ENOENT;
  if (status == NODE_PRESENT) *result = handle_open(node, flags);
  return true;
}

bool camera_close(int fd) {
  Handle *handle = handle_of(fd);
  if (handle) handle_close(handle, fd);
  return handle != NULL;
}

bool camera_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset, void **result) {
  Handle *handle = handle_of(fd);
  if (!handle) return false;
  pthread_mutex_lock(&handle->mutex);
  Buffer *buffer = queue_buffer_at(&handle->queue, (uint64_t)offset);
  *result = MAP_FAILED;
  errno = handle->unplugged ? ENODEV : EINVAL;
  if (!handle->unplugged && buffer && length <= buffer->length && (flags & MAP_SHARED)) {
    *result = REAL(mmap)(address, length, protection, flags, handle->queue.memory_fd, offset);
    if (*result != MAP_FAILED) buffer->mapped = true;
  }
  pthread_mutex_unlock(&handle->mutex);
  return true;
}

static mode_t mode_argument(int flags, va_list arguments) {
  return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(arguments, mode_t) : 0;
}

#define DEFINE_OPEN(name)                                              \
  EXPORT int name(const char *path, int flags, ...) {                  \
    va_list arguments;                                                 \
    va_start(arguments, flags);                                        \
    mode_t mode = mode_argument(flags, arguments);                     \
    va_end(arguments);                                                 \
    int result;                                                        \
    if (camera_open(path, flags, &result)) return result;              \
    return REAL(name)(path, flags, mode);                              \
  }

#define DEFINE_OPENAT(name)                                            \
  EXPORT int name(int directory, const char *path, int flags, ...) {   \
    va_list arguments;                                                 \
    va_start(arguments, flags);                                        \
    mode_t mode = mode_argument(flags, arguments);                     \
    va_end(arguments);                                                 \
    int result;                                                        \
    if (camera_open(path, flags, &result)) return result;              \
    return REAL(name)(directory, path, flags, mode);                   \
  }

#define DEFINE_FORTIFIED_OPEN(name)                                    \
  EXPORT int name(const char *path, int flags) {                       \
    int result;                                                        \
    if (camera_open(path, flags, &result)) return result;              \
    return REAL(name)(path, flags);                                    \
  }

#define DEFINE_FORTIFIED_OPENAT(name)                                  \
  EXPORT int name(int directory, const char *path, int flags) {        \
    int result;                                                        \
    if (camera_open(path, flags, &result)) return result;              \
    return REAL(name)(directory, path, flags);                         \
  }

DEFINE_OPEN(open)
DEFINE_OPEN(open64)
DEFINE_OPENAT(openat)
DEFINE_OPENAT(openat64)
DEFINE_FORTIFIED_OPEN(__open_2)
DEFINE_FORTIFIED_OPEN(__open64_2)
DEFINE_FORTIFIED_OPENAT(__openat_2)
DEFINE_FORTIFIED_OPENAT(__openat64_2)

#define DEFINE_FOPEN(name)                                             \
  EXPORT FILE *name(const char *path, const char *mode) {              \
    int fd;                                                            \
    if (!sysfs_open(path, &fd)) return REAL(name)(path, mode);         \
    return fd < 0 ? NULL : fdopen(fd, "r");                            \
  }

DEFINE_FOPEN(fopen)
DEFINE_FOPEN(fopen64)

EXPORT int close(int fd) {
  camera_close(fd);
  return REAL(close)(fd);
}

EXPORT int dup(int fd) {
  int copy = REAL(dup)(fd);
  Handle *handle = handle_of(fd);
  if (copy >= 0 && handle) handle_adopt(handle, copy);
  return copy;
}

EXPORT int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  Handle *handle = handle_of(fd);
  return handle ? camera_ioctl(handle, fd, request, argument) : REAL(ioctl)(fd, request, argument);
}

EXPORT void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  void *result;
  if (fd >= 0 && camera_mmap(address, length, protection, flags, fd, offset, &result)) return result;
  return REAL(mmap)(address, length, protection, flags, fd, offset);
}

EXPORT void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset) {
  void *result;
  if (fd >= 0 && camera_mmap(address, length, protection, flags, fd, offset, &result)) return result;
  return REAL(mmap64)(address, length, protection, flags, fd, offset);
}

static bool camera_syscall(long number, const long a[6], long *result) {
  int status = 0;
  void *mapped;
  bool handled = false;
  switch (number) {
    case SYS_openat:
      handled = camera_open((const char *)a[1], (int)a[2], &status);
      break;
#ifdef SYS_open
    case SYS_open:
      handled = camera_open((const char *)a[0], (int)a[1], &status);
      break;
#endif
    case SYS_ioctl: {
      Handle *handle = handle_of((int)a[0]);
      handled = handle != NULL;
      if (handled) status = camera_ioctl(handle, (int)a[0], (unsigned long)a[1], (void *)a[2]);
      break;
    }
    case SYS_mmap:
      handled = camera_mmap((void *)a[0], (size_t)a[1], (int)a[2], (int)a[3], (int)a[4], (off_t)a[5], &mapped);
      if (handled) *result = (long)(intptr_t)mapped;
      return handled;
    case SYS_close:
      camera_close((int)a[0]);
      break;
    case SYS_statx:
      handled = camera_statx((int)a[0], (const char *)a[1], (int)a[2], (struct statx *)a[4], &status);
      break;
    default:
      break;
  }
  *result = status;
  return handled;
}

EXPORT long syscall(long number, ...) {
  va_list arguments;
  va_start(arguments, number);
  long a[6];
  for (int i = 0; i < 6; i++) a[i] = va_arg(arguments, long);
  va_end(arguments);
  long result;
  if (camera_syscall(number, a, &result)) return result;
  return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
