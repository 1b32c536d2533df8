#include "ioctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int querycap(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_capability *capability = argument;
  uint32_t device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_EXT_PIX_FORMAT;
  *capability = (struct v4l2_capability){
      .version = 6 << 16 | 1 << 8, .capabilities = device_caps | V4L2_CAP_DEVICE_CAPS, .device_caps = device_caps};
  snprintf((char *)capability->driver, sizeof capability->driver, "uvcvideo");
  snprintf((char *)capability->card, sizeof capability->card, "%s", handle->config.card);
  snprintf((char *)capability->bus_info, sizeof capability->bus_info, "usb-0000:00:14.0-%d", handle->node + 1);
  return 0;
}

static int enuminput(Handle *handle, int fd, void *argument) {
  (void)handle, (void)fd;
  struct v4l2_input *input = argument;
  if (input->index != 0) return -EINVAL;
  *input = (struct v4l2_input){.name = "Camera 1", .type = V4L2_INPUT_TYPE_CAMERA};
  return 0;
}

static int g_input(Handle *handle, int fd, void *argument) {
  (void)handle, (void)fd;
  *(int *)argument = 0;
  return 0;
}

static int s_input(Handle *handle, int fd, void *argument) {
  (void)fd;
  int error = handle_acquire(handle);
  if (error) return error;
  return *(int *)argument == 0 ? 0 : -EINVAL;
}

static int g_priority(Handle *handle, int fd, void *argument) {
  (void)handle, (void)fd;
  *(uint32_t *)argument = V4L2_PRIORITY_DEFAULT;
  return 0;
}

static int s_priority(Handle *handle, int fd, void *argument) {
  (void)handle, (void)fd;
  uint32_t priority = *(uint32_t *)argument;
  return priority >= V4L2_PRIORITY_BACKGROUND && priority <= V4L2_PRIORITY_RECORD ? 0 : -EINVAL;
}

static int refuse(Handle *handle, int fd, void *argument) {
  (void)handle, (void)fd, (void)argument;
  return -EINVAL;
}

static int no_event(Handle *handle, int fd, void *argument) {
  (void)handle, (void)fd, (void)argument;
  return -ENOENT;
}

static const struct {
  uint32_t request;
  int (*run)(Handle *handle, int fd, void *argument);
} calls[] = {
    {VIDIOC_DQBUF, ioctl_dqbuf},
    {VIDIOC_QBUF, ioctl_qbuf},
    {VIDIOC_QUERYBUF, ioctl_querybuf},
    {VIDIOC_REQBUFS, ioctl_reqbufs},
    {VIDIOC_CREATE_BUFS, ioctl_create_bufs},
    {VIDIOC_STREAMON, ioctl_streamon},
    {VIDIOC_STREAMOFF, ioctl_streamoff},
    {VIDIOC_QUERYCAP, querycap},
    {VIDIOC_ENUM_FMT, ioctl_enum_fmt},
    {VIDIOC_ENUM_FRAMESIZES, ioctl_enum_framesizes},
    {VIDIOC_ENUM_FRAMEINTERVALS, ioctl_enum_frameintervals},
    {VIDIOC_G_FMT, ioctl_g_fmt},
    {VIDIOC_TRY_FMT, ioctl_try_fmt},
    {VIDIOC_S_FMT, ioctl_s_fmt},
    {VIDIOC_G_PARM, ioctl_g_parm},
    {VIDIOC_S_PARM, ioctl_s_parm},
    {VIDIOC_CROPCAP, ioctl_cropcap},
    {VIDIOC_G_SELECTION, ioctl_g_selection},
    {VIDIOC_ENUMINPUT, enuminput},
    {VIDIOC_G_INPUT, g_input},
    {VIDIOC_S_INPUT, s_input},
    {VIDIOC_G_PRIORITY, g_priority},
    {VIDIOC_S_PRIORITY, s_priority},
    {VIDIOC_QUERYCTRL, ioctl_queryctrl},
    {VIDIOC_QUERY_EXT_CTRL, ioctl_query_ext_ctrl},
    {VIDIOC_QUERYMENU, refuse},
    {VIDIOC_G_CTRL, ioctl_g_ctrl},
    {VIDIOC_S_CTRL, ioctl_s_ctrl},
    {VIDIOC_G_EXT_CTRLS, ioctl_g_ext_ctrls},
    {VIDIOC_S_EXT_CTRLS, ioctl_s_ext_ctrls},
    {VIDIOC_TRY_EXT_CTRLS, ioctl_try_ext_ctrls},
    {VIDIOC_SUBSCRIBE_EVENT, refuse},
    {VIDIOC_UNSUBSCRIBE_EVENT, refuse},
    {VIDIOC_DQEVENT, no_event},
};

int camera_ioctl(Handle *handle, int fd, unsigned long request, void *argument) {
  // The kernel takes 32 bits; callers that keep the request in an int sign-extend it.
  uint32_t code = (uint32_t)request;
  int result = -ENOTTY;
  pthread_mutex_lock(&handle->mutex);
  if (!handle->open || handle->unplugged) result = -ENODEV;
  for (size_t i = 0; i < sizeof calls / sizeof *calls && result == -ENOTTY; i++) {
    if (calls[i].request != code) continue;
    result = argument ? calls[i].run(handle, fd, argument) : -EFAULT;
    break;
  }
  pthread_mutex_unlock(&handle->mutex);
  if (result >= 0) return result;
  errno = -result;
  return -1;
}
