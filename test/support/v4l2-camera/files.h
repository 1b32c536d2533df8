// What the interposed functions do, whichever name or system call they are reached by. False where the path or the
// descriptor isn't a camera's, and the C library's own function has to be called.
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

bool camera_open(const char *path, int flags, int *result);
bool camera_close(int fd);
bool camera_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset, void **result);
bool camera_stat_path(const char *path, struct stat *status, int *result);
bool camera_stat_fd(int fd, struct stat *status);
bool camera_statx(int directory, const char *path, int flags, struct statx *status, int *result);
bool camera_access(const char *path, int mode, int *result);
