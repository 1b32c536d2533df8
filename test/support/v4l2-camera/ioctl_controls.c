#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ioctl.h"

typedef struct {
  uint32_t id;
  const char *name;
  int32_t minimum, maximum, default_value;
} Control;

static const Control controls[CAMERA_CONTROLS] = {
    {V4L2_CID_BRIGHTNESS, "Brightness", -64, 64, 0},
    {V4L2_CID_CONTRAST, "Contrast", 0, 64, 32},
    {V4L2_CID_SATURATION, "Saturation", 0, 128, 64},
    {V4L2_CID_SHARPNESS, "Sharpness", 0, 6, 3},
};

static int control_index(uint32_t id) {
  for (int i = 0; i < CAMERA_CONTROLS; i++)
    if (controls[i].id == id) return i;
  return -1;
}

// The control that a query asks for: this one, or the first one behind it.
static const Control *queried(uint32_t id) {
  if (!(id & (V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND))) {
    int index = control_index(id);
    return index < 0 ? NULL : &controls[index];
  }
  if (!(id & V4L2_CTRL_FLAG_NEXT_CTRL)) return NULL;
  const Control *next = NULL;
  for (int i = 0; i < CAMERA_CONTROLS; i++)
    if (controls[i].id > (id & V4L2_CTRL_ID_MASK) && (!next || controls[i].id < next->id)) next = &controls[i];
  return next;
}

int ioctl_queryctrl(Handle *handle, int fd, void *argument) {
  (void)handle, (void)fd;
  struct v4l2_queryctrl *query = argument;
  const Control *control = queried(query->id);
  if (!control) return -EINVAL;
  *query = (struct v4l2_queryctrl){.id = control->id,
                                   .type = V4L2_CTRL_TYPE_INTEGER,
                                   .minimum = control->minimum,
                                   .maximum = control->maximum,
                                   .step = 1,
                                   .default_value = control->default_value};
  snprintf((char *)query->name, sizeof query->name, "%s", control->name);
  return 0;
}

int ioctl_query_ext_ctrl(Handle *handle, int fd, void *argument) {
  (void)handle, (void)fd;
  struct v4l2_query_ext_ctrl *query = argument;
  const Control *control = queried(query->id);
  if (!control) return -EINVAL;
  *query = (struct v4l2_query_ext_ctrl){.id = control->id,
                                        .type = V4L2_CTRL_TYPE_INTEGER,
                                        .minimum = control->minimum,
                                        .maximum = control->maximum,
                                        .step = 1,
                                        .default_value = control->default_value,
                                        .elem_size = 4,
                                        .elems = 1};
  snprintf(query->name, sizeof query->name, "%s", control->name);
  return 0;
}

// The shared state keeps a value's distance from the default, so that a new file means defaults.
static int32_t control_value(const Handle *handle, int index) {
  return controls[index].default_value + (int32_t)handle->state->controls[index];
}

static int store_control(Handle *handle, int index, int32_t value) {
  if (value < controls[index].minimum || value > controls[index].maximum) return -ERANGE;
  handle->state->controls[index] = value - controls[index].default_value;
  return 0;
}

int ioctl_g_ctrl(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_control *control = argument;
  int index = control_index(control->id);
  if (index < 0) return -EINVAL;
  control->value = control_value(handle, index);
  return 0;
}

int ioctl_s_ctrl(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_control *control = argument;
  int index = control_index(control->id);
  return index < 0 ? -EINVAL : store_control(handle, index, control->value);
}

typedef enum { CONTROLS_GET, CONTROLS_SET, CONTROLS_TRY } ControlsAccess;

static int access_controls(Handle *handle, struct v4l2_ext_controls *list, ControlsAccess access) {
  for (uint32_t i = 0; i < list->count; i++) {
    struct v4l2_ext_control *control = &list->controls[i];
    int index = control_index(control->id);
    int error = index < 0 ? -EINVAL : 0;
    if (!error && access == CONTROLS_GET) control->value = control_value(handle, index);
    if (!error && access == CONTROLS_SET) error = store_control(handle, index, control->value);
    if (error) {
      list->error_idx = access == CONTROLS_TRY ? i : list->count;
      return error;
    }
  }
  return 0;
}

int ioctl_g_ext_ctrls(Handle *handle, int fd, void *argument) {
  (void)fd;
  return access_controls(handle, argument, CONTROLS_GET);
}

int ioctl_s_ext_ctrls(Handle *handle, int fd, void *argument) {
  (void)fd;
  return access_controls(handle, argument, CONTROLS_SET);
}

int ioctl_try_ext_ctrls(Handle *handle, int fd, void *argument) {
  (void)fd;
  return access_controls(handle, argument, CONTROLS_TRY);
}
