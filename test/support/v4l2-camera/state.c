#include "state.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config.h"
#include "real.h"

CameraState *state_map(int node) {
  char path[4096];
  if (!config_path(node, ".state", path, sizeof path)) return NULL;
  int fd = REAL(open)(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return NULL;
  void *mapped = MAP_FAILED;
  if (ftruncate(fd, sizeof(CameraState)) == 0)
    mapped = REAL(mmap)(NULL, sizeof(CameraState), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  REAL(close)(fd);
  return mapped == MAP_FAILED ? NULL : mapped;
}

void state_unmap(CameraState *state) { munmap(state, sizeof *state); }
