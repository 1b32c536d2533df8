#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ioctl.h"

typedef struct {
  uint32_t id;
  const char *name;
  int32_t minimum, maximum, default_value;
} Control;

// In the order of their ids.
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

// The control that a query asks for: this one, or the first one behind it. The class's own name comes first.
static int queried(uint32_t id, struct v4l2_query_ext_ctrl *query) {
  uint32_t after = id & V4L2_CTRL_ID_MASK;
  bool next = id & V4L2_CTRL_FLAG_NEXT_CTRL;
  if (!next && (id & V4L2_CTRL_FLAG_NEXT_COMPOUND)) return -EINVAL;
  if (next ? after < V4L2_CID_USER_CLASS : id == V4L2_CID_USER_CLASS) {
    *query = (struct v4l2_query_ext_ctrl){.id = V4L2_CID_USER_CLASS,
                                          .type = V4L2_CTRL_TYPE_CTRL_CLASS,
                                          .name = "User Controls",
                                          .flags = V4L2_CTRL_FLAG_READ_ONLY | V4L2_CTRL_FLAG_WRITE_ONLY};
    return 0;
  }
  int index = next ? 0 : control_index(id);
  while (next && index < CAMERA_CONTROLS && controls[index].id <= after) index++;
  if (index < 0 || index == CAMERA_CONTROLS) return -EINVAL;
  *query = (struct v4l2_query_ext_ctrl){.id = controls[index].id,
                                        .type = V4L2_CTRL_TYPE_INTEGER,
                                        .minimum = controls[index].minimum,
                                        .maximum = controls[index].maximum,
                                        .step = 1,
                                        .default_value = controls[index].default_value,
                                        .elem_size = 4,
                                        .elems = 1};
  snprintf(query->name, sizeof query->name, "%s", controls[index].name);
  return 0;
}

int ioctl_query_ext_ctrl(Handle *handle, int fd, void *argument) {
  (void)handle, (void)fd;
  struct v4l2_query_ext_ctrl *query = argument;
  return queried(query->id, query);
}

int ioctl_queryctrl(Handle *handle, int fd, void *argument) {
  (void)handle, (void)fd;
  struct v4l2_queryctrl *query = argument;
  struct v4l2_query_ext_ctrl found;
  int error = queried(query->id, &found);
  if (error) return error;
  *query = (struct v4l2_queryctrl){.id = found.id,
                                   .type = found.type,
                                   .minimum = (int32_t)found.minimum,
                                   .maximum = (int32_t)found.maximum,
                                   .step = (int32_t)found.step,
                                   .default_value = (int32_t)found.default_value,
                                   .flags = found.flags};
  memcpy(query->name, found.name, sizeof query->name);
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
  bool defaults = list->which == V4L2_CTRL_WHICH_DEF_VAL;
  if (list->which == V4L2_CTRL_WHICH_REQUEST_VAL || (defaults && access != CONTROLS_GET)) return -EINVAL;
  for (uint32_t i = 0; i < list->count; i++) {
    struct v4l2_ext_control *control = &list->controls[i];
    int index = control_index(control->id);
    int error = index >= 0 ? 0 : control->id == V4L2_CID_USER_CLASS ? -EACCES : -EINVAL;
    if (!error && access == CONTROLS_GET)
      control->value = defaults ? controls[index].default_value : control_value(handle, index);
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
