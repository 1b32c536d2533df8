#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "real.h"

static const char node_prefix[] = "/dev/video";

const char *config_directory(void) { return getenv("V4L2_CAMERA_DIR"); }

bool config_path(int node, const char *suffix, char *path, size_t capacity) {
  const char *directory = config_directory();
  if (!directory) return false;
  int length = snprintf(path, capacity, "%s/video%d%s", directory, node, suffix);
  return length > 0 && (size_t)length < capacity;
}

static void set_defaults(CameraConfig *config) {
  *config = (CameraConfig){
      .plugged = true,
      .card = "Test Camera",
      .formats = {V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_YUYV},
      .format_count = 2,
      .sizes = {{640, 480}, {1280, 720}, {1920, 1080}},
      .size_count = 3,
      .rates = {60, 30, 15},
      .rate_count = 3,
      .jpeg_bytes = 180000,
      .fault_every = 1,
  };
}

static void read_formats(CameraConfig *config, char *list) {
  config->format_count = 0;
  char *rest = NULL;
  for (char *item = strtok_r(list, ",", &rest); item; item = strtok_r(NULL, ",", &rest)) {
    if (config->format_count == CAMERA_MAX_FORMATS || strlen(item) != 4) continue;
    uint32_t format = v4l2_fourcc(item[0], item[1], item[2], item[3]);
    if (format == V4L2_PIX_FMT_MJPEG || format == V4L2_PIX_FMT_YUYV) config->formats[config->format_count++] = format;
  }
}

static void read_sizes(CameraConfig *config, char *list) {
  config->size_count = 0;
  char *rest = NULL;
  for (char *item = strtok_r(list, ",", &rest); item; item = strtok_r(NULL, ",", &rest)) {
    FrameSize size;
    if (config->size_count == CAMERA_MAX_SIZES || sscanf(item, "%ux%u", &size.width, &size.height) != 2) continue;
    bool fits = size.width > 0 && size.width % 640 == 0 && size.height % 8 == 0 && size.height * 8 > size.width;
    if (fits) config->sizes[config->size_count++] = size;
  }
}

static void read_rates(CameraConfig *config, char *list) {
  config->rate_count = 0;
  char *rest = NULL;
  for (char *item = strtok_r(list, ",", &rest); item; item = strtok_r(NULL, ",", &rest)) {
    uint32_t rate = (uint32_t)strtoul(item, NULL, 10);
    if (config->rate_count < CAMERA_MAX_RATES && rate > 0) config->rates[config->rate_count++] = rate;
  }
}

static CameraFault fault_named(const char *name) {
  if (!strcmp(name, "stall")) return FAULT_STALL;
  if (!strcmp(name, "truncate")) return FAULT_TRUNCATE;
  if (!strcmp(name, "corrupt")) return FAULT_CORRUPT;
  return FAULT_NONE;
}

static void read_setting(CameraConfig *config, const char *key, char *value) {
  if (!strcmp(key, "plugged")) config->plugged = !strcmp(value, "1");
  if (!strcmp(key, "card")) snprintf(config->card, sizeof config->card, "%s", value);
  if (!strcmp(key, "formats")) read_formats(config, value);
  if (!strcmp(key, "sizes")) read_sizes(config, value);
  if (!strcmp(key, "rates")) read_rates(config, value);
  if (!strcmp(key, "jpeg_bytes")) config->jpeg_bytes = (uint32_t)strtoul(value, NULL, 10);
  if (!strcmp(key, "fault")) config->fault = fault_named(value);
  if (!strcmp(key, "fault_every")) config->fault_every = (uint32_t)strtoul(value, NULL, 10);
  if (!strcmp(key, "clock_ms")) config->clock_ms = strtoll(value, NULL, 10);
}

bool config_read(int node, CameraConfig *config) {
  char path[4096], text[4096];
  if (!config_path(node, "", path, sizeof path)) return false;
  int fd = REAL(open)(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t size = read(fd, text, sizeof text - 1);
  REAL(close)(fd);
  if (size < 0) return false;
  text[size] = 0;

  set_defaults(config);
  char *rest = NULL;
  for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    char *equals = strchr(line, '=');
    if (!equals) continue;
    *equals = 0;
    read_setting(config, line, equals + 1);
  }
  if (config->fault_every == 0) config->fault_every = 1;
  if (config->format_count == 0 || config->size_count == 0 || config->rate_count == 0) config->plugged = false;
  return true;
}

static bool node_number(const char *path, int *node) {
  if (!path || strncmp(path, node_prefix, sizeof node_prefix - 1) != 0) return false;
  const char *digits = path + sizeof node_prefix - 1;
  if (*digits < '0' || *digits > '9') return false;
  char *end;
  long number = strtol(digits, &end, 10);
  if (*end || number >= CAMERA_MAX_NODES) return false;
  *node = (int)number;
  return true;
}

NodeStatus config_node_status(const char *path, int *node) {
  if (!node_number(path, node)) return NODE_FOREIGN;
  int saved = errno;
  CameraConfig config;
  bool known = config_read(*node, &config);
  errno = saved;
  if (!known) return NODE_FOREIGN;
  return config.plugged ? NODE_PRESENT : NODE_UNPLUGGED;
}
