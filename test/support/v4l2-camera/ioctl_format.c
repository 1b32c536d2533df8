#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ioctl.h"

static const uint32_t capture_type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

int ioctl_enum_fmt(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_fmtdesc *description = argument;
  uint32_t index = description->index;
  if (description->type != capture_type || index >= (uint32_t)handle->config.format_count) return -EINVAL;
  uint32_t format = handle->config.formats[index];
  bool compressed = format == V4L2_PIX_FMT_MJPEG;
  *description = (struct v4l2_fmtdesc){.index = index,
                                       .type = capture_type,
                                       .flags = compressed ? V4L2_FMT_FLAG_COMPRESSED : 0,
                                       .pixelformat = format};
  snprintf((char *)description->description, sizeof description->description, "%s",
           compressed ? "Motion-JPEG" : "YUYV 4:2:2");
  return 0;
}

int ioctl_enum_framesizes(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_frmsizeenum *sizes = argument;
  if (!mode_has_format(&handle->config, sizes->pixel_format)) return -EINVAL;
  if (sizes->index >= (uint32_t)handle->config.size_count) return -EINVAL;
  FrameSize size = handle->config.sizes[sizes->index];
  *sizes = (struct v4l2_frmsizeenum){.index = sizes->index,
                                     .pixel_format = sizes->pixel_format,
                                     .type = V4L2_FRMSIZE_TYPE_DISCRETE,
                                     .discrete = {size.width, size.height}};
  return 0;
}

int ioctl_enum_frameintervals(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_frmivalenum *intervals = argument;
  if (!mode_has_format(&handle->config, intervals->pixel_format)) return -EINVAL;
  if (!mode_has_size(&handle->config, intervals->width, intervals->height)) return -EINVAL;
  if (intervals->index >= (uint32_t)handle->config.rate_count) return -EINVAL;
  intervals->type = V4L2_FRMIVAL_TYPE_DISCRETE;
  intervals->discrete = (struct v4l2_fract){1, handle->config.rates[intervals->index]};
  memset(intervals->reserved, 0, sizeof intervals->reserved);
  return 0;
}

int ioctl_g_fmt(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_format *format = argument;
  if (format->type != capture_type) return -EINVAL;
  mode_describe(mode_current(&handle->config, handle->state), &format->fmt.pix);
  return 0;
}

static Mode nearest_to(Handle *handle, const struct v4l2_pix_format *pix) {
  Mode mode = mode_current(&handle->config, handle->state);
  mode.format = pix->pixelformat;
  mode.size = (FrameSize){pix->width, pix->height};
  return mode_nearest(&handle->config, mode);
}

int ioctl_try_fmt(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_format *format = argument;
  if (format->type != capture_type) return -EINVAL;
  mode_describe(nearest_to(handle, &format->fmt.pix), &format->fmt.pix);
  return 0;
}

int ioctl_s_fmt(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_format *format = argument;
  if (format->type != capture_type) return -EINVAL;
  int error = handle_acquire(handle);
  if (error) return error;
  if (handle->queue.count > 0) return -EBUSY;
  Mode mode = nearest_to(handle, &format->fmt.pix);
  mode_store(handle->state, mode);
  mode_describe(mode, &format->fmt.pix);
  return 0;
}

static void describe_parm(Handle *handle, struct v4l2_streamparm *parm) {
  Mode mode = mode_current(&handle->config, handle->state);
  memset(&parm->parm, 0, sizeof parm->parm);
  parm->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
  parm->parm.capture.timeperframe = (struct v4l2_fract){1, mode.rate};
}

int ioctl_g_parm(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_streamparm *parm = argument;
  if (parm->type != capture_type) return -EINVAL;
  describe_parm(handle, parm);
  return 0;
}

int ioctl_s_parm(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_streamparm *parm = argument;
  if (parm->type != capture_type) return -EINVAL;
  int error = handle_acquire(handle);
  if (error) return error;
  if (handle->streaming) return -EBUSY;
  Mode mode = mode_current(&handle->config, handle->state);
  struct v4l2_fract interval = parm->parm.capture.timeperframe;
  if (interval.numerator > 0 && interval.denominator > 0)
    mode.rate = (interval.denominator + interval.numerator / 2) / interval.numerator;
  mode_store(handle->state, mode_nearest(&handle->config, mode));
  describe_parm(handle, parm);
  return 0;
}

static struct v4l2_rect whole_picture(Handle *handle) {
  Mode mode = mode_current(&handle->config, handle->state);
  return (struct v4l2_rect){.width = mode.size.width, .height = mode.size.height};
}

int ioctl_cropcap(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_cropcap *cropcap = argument;
  if (cropcap->type != capture_type) return -EINVAL;
  cropcap->bounds = cropcap->defrect = whole_picture(handle);
  cropcap->pixelaspect = (struct v4l2_fract){1, 1};
  return 0;
}

int ioctl_g_selection(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_selection *selection = argument;
  bool told = selection->target == V4L2_SEL_TGT_CROP_DEFAULT || selection->target == V4L2_SEL_TGT_CROP_BOUNDS;
  if (selection->type != capture_type || !told) return -EINVAL;
  selection->r = whole_picture(handle);
  return 0;
}
