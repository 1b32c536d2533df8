// The stat family and access: a camera's node is a character device of major 81.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "files.h"
#include "handle.h"
#include "real.h"

enum { VIDEO_MAJOR = 81, NODE_INODE = 0x564c4c00, NODE_MODE = S_IFCHR | 0666 };

int __xstat(int version, const char *path, struct stat *status);
int __xstat64(int version, const char *path, struct stat64 *status);
int __lxstat(int version, const char *path, struct stat *status);
int __lxstat64(int version, const char *path, struct stat64 *status);
int __fxstat(int version, int fd, struct stat *status);
int __fxstat64(int version, int fd, struct stat64 *status);
int __fxstatat(int version, int directory, const char *path, struct stat *status, int flags);
int __fxstatat64(int version, int directory, const char *path, struct stat64 *status, int flags);

_Static_assert(sizeof(struct stat) == sizeof(struct stat64), "one structure serves both names");

static void describe(int node, struct stat *status) {
  memset(status, 0, sizeof *status);
  status->st_ino = (ino_t)(NODE_INODE + node);
  status->st_mode = NODE_MODE;
  status->st_nlink = 1;
  status->st_rdev = makedev(VIDEO_MAJOR, (unsigned)node);
  status->st_blksize = 4096;
}

bool camera_stat_path(const char *path, struct stat *status, int *result) {
  int node;
  NodeStatus node_status = config_node_status(path, &node);
  if (node_status == NODE_FOREIGN) return false;
  *result = node_status == NODE_PRESENT ? 0 : -1;
  if (node_status == NODE_PRESENT)
    describe(node, status);
  else
    errno = ENOENT;
  return true;
}

bool camera_stat_fd(int fd, struct stat *status) {
  Handle *handle = handle_of(fd);
  if (handle) describe(handle->node, status);
  return handle != NULL;
}

bool camera_statx(int directory, const char *path, int flags, struct statx *status, int *result) {
  struct stat plain;
  *result = 0;
  bool empty = !path || !*path;
  if (empty ? !(flags & AT_EMPTY_PATH) || !camera_stat_fd(directory, &plain) : !camera_stat_path(path, &plain, result))
    return false;
  if (*result != 0) return true;
  *status = (struct statx){.stx_mask = STATX_BASIC_STATS,
                           .stx_blksize = 4096,
                           .stx_nlink = 1,
                           .stx_mode = (uint16_t)plain.st_mode,
                           .stx_ino = plain.st_ino,
                           .stx_rdev_major = major(plain.st_rdev),
                           .stx_rdev_minor = minor(plain.st_rdev)};
  return true;
}

bool camera_access(const char *path, int mode, int *result) {
  int node;
  NodeStatus status = config_node_status(path, &node);
  if (status == NODE_FOREIGN) return false;
  *result = status == NODE_PRESENT && !(mode & X_OK) ? 0 : -1;
  if (*result) errno = status == NODE_PRESENT ? EACCES : ENOENT;
  return true;
}

// By system call, since the C library has stat() as a function only since 2.33, and __xstat() as a hidden one since.
static int real_stat(int directory, const char *path, struct stat *status, int flags) {
  return (int)REAL(syscall)(SYS_newfstatat, directory, path, status, flags);
}

static int stat_at(int directory, const char *path, struct stat *status, int flags) {
  int result;
  bool empty = path && !*path && (flags & AT_EMPTY_PATH);
  if (empty && camera_stat_fd(directory, status)) return 0;
  if (!empty && camera_stat_path(path, status, &result)) return result;
  return real_stat(directory, path, status, flags);
}

EXPORT int stat(const char *path, struct stat *status) { return stat_at(AT_FDCWD, path, status, 0); }
EXPORT int lstat(const char *path, struct stat *status) {
  return stat_at(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}
EXPORT int fstat(int fd, struct stat *status) { return stat_at(fd, "", status, AT_EMPTY_PATH); }
EXPORT int fstatat(int directory, const char *path, struct stat *status, int flags) {
  return stat_at(directory, path, status, flags);
}
EXPORT int stat64(const char *path, struct stat64 *status) { return stat(path, (struct stat *)status); }
EXPORT int lstat64(const char *path, struct stat64 *status) { return lstat(path, (struct stat *)status); }
EXPORT int fstat64(int fd, struct stat64 *status) { return fstat(fd, (struct stat *)status); }
EXPORT int fstatat64(int directory, const char *path, struct stat64 *status, int flags) {
  return stat_at(directory, path, (struct stat *)status, flags);
}

EXPORT int __xstat(int version, const char *path, struct stat *status) {
  (void)version;
  return stat(path, status);
}
EXPORT int __xstat64(int version, const char *path, struct stat64 *status) {
  (void)version;
  return stat64(path, status);
}
EXPORT int __lxstat(int version, const char *path, struct stat *status) {
  (void)version;
  return lstat(path, status);
}
EXPORT int __lxstat64(int version, const char *path, struct stat64 *status) {
  (void)version;
  return lstat64(path, status);
}
EXPORT int __fxstat(int version, int fd, struct stat *status) {
  (void)version;
  return fstat(fd, status);
}
EXPORT int __fxstat64(int version, int fd, struct stat64 *status) {
  (void)version;
  return fstat64(fd, status);
}
EXPORT int __fxstatat(int version, int directory, const char *path, struct stat *status, int flags) {
  (void)version;
  return fstatat(directory, path, status, flags);
}
EXPORT int __fxstatat64(int version, int directory, const char *path, struct stat64 *status, int flags) {
  (void)version;
  return fstatat64(directory, path, status, flags);
}

EXPORT int statx(int directory, const char *path, int flags, unsigned mask, struct statx *status) {
  int result;
  if (camera_statx(directory, path, flags, status, &result)) return result;
  return REAL(statx)(directory, path, flags, mask, status);
}

EXPORT int access(const char *path, int mode) {
  int result;
  return camera_access(path, mode, &result) ? result : REAL(access)(path, mode);
}

EXPORT int faccessat(int directory, const char *path, int mode, int flags) {
  int result;
  return camera_access(path, mode, &result) ? result : REAL(faccessat)(directory, path, mode, flags);
}
