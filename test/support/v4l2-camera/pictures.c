#include "pictures.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "real.h"

static bool open_file(Pictures *pictures, const char *path) {
  pictures->fd = REAL(open)(path, O_RDONLY | O_CLOEXEC);
  if (pictures->fd < 0) return false;
  ssize_t size = pread(pictures->fd, &pictures->header, sizeof pictures->header, 0);
  if (size == (ssize_t)sizeof pictures->header && pictures->header.version == PICTURES_VERSION) return true;
  REAL(close)(pictures->fd);
  return false;
}

// The program lies beside this library.
static void render(const char *folder, Mode mode, uint32_t bytes_at_1080p) {
  Dl_info info;
  if (!dladdr((void *)pictures_open, &info)) return;
  const char *slash = strrchr(info.dli_fname, '/');
  int length = slash ? (int)(slash - info.dli_fname) : 1;
  char program[4096], format[5], size[32], bytes[16];
  snprintf(program, sizeof program, "%.*s/v4l2-camera-pictures", length, slash ? info.dli_fname : ".");
  snprintf(format, sizeof format, "%.4s", (const char *)&mode.format);
  snprintf(size, sizeof size, "%ux%u", mode.size.width, mode.size.height);
  snprintf(bytes, sizeof bytes, "%u", bytes_at_1080p);
  char *arguments[] = {program, (char *)folder, format, size, bytes, NULL};
  pid_t child;
  if (posix_spawn(&child, program, NULL, NULL, arguments, environ) != 0) return;
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
}

Pictures *pictures_open(const CameraConfig *config, Mode mode) {
  const char *folder = getenv("V4L2_CAMERA_CACHE");
  if (!folder) folder = config_directory();
  uint32_t bytes = pictures_jpeg_bytes(mode.format, mode.size, config->jpeg_bytes);
  char path[4096];
  Pictures *pictures = calloc(1, sizeof *pictures);
  if (pictures && folder && pictures_path(folder, mode.format, mode.size, bytes, path, sizeof path)) {
    pictures->mode = mode;
    if (open_file(pictures, path)) return pictures;
    render(folder, mode, config->jpeg_bytes);
    if (open_file(pictures, path)) return pictures;
  }
  free(pictures);
  errno = EIO;
  return NULL;
}

void pictures_close(Pictures *pictures) {
  if (!pictures) return;
  REAL(close)(pictures->fd);
  free(pictures);
}
