#include "sysfs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config.h"
#include "real.h"

static int memory_file(const char *text) {
  int fd = memfd_create("v4l2-camera-sysfs", MFD_CLOEXEC);
  if (fd < 0) return -1;
  size_t size = strlen(text);
  if (write(fd, text, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0) return fd;
  REAL(close)(fd);
  return -1;
}

// The node's number where the whole path fits the pattern, which ends in %n; else -1.
static int node_in(const char *path, const char *pattern) {
  int node = -1, end = 0;
  return sscanf(path, pattern, &node, &end) == 1 && end > 0 && !path[end] ? node : -1;
}

bool sysfs_open(const char *path, int *result) {
  if (!path || strncmp(path, "/sys/", 5) != 0 || !config_directory()) return false;
  int uevent = node_in(path, "/sys/dev/char/81:%d/uevent%n");
  int node = uevent >= 0 ? uevent : node_in(path, "/sys/class/video4linux/video%d/name%n");
  CameraConfig config;
  if (node < 0 || node >= CAMERA_MAX_NODES || !config_read(node, &config)) return false;
  char text[128];
  if (uevent >= 0)
    snprintf(text, sizeof text, "MAJOR=81\nMINOR=%d\nDEVNAME=video%d\n", node, node);
  else
    snprintf(text, sizeof text, "%s\n", config.card);
  errno = ENOENT;
  *result = config.plugged ? memory_file(text) : -1;
  return true;
}
