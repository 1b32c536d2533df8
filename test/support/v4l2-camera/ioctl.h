// The VIDIOC_… calls of a UVC camera. What such a camera doesn't have gives ENOTTY or EINVAL, as its driver does.
#pragma once

#include "handle.h"

// As ioctl(2): 0, or -1 with errno.
int camera_ioctl(Handle *handle, int fd, unsigned long request, void *argument);

// 0 or a negative errno; the mutex is held.
int ioctl_enum_fmt(Handle *handle, int fd, void *argument);
int ioctl_enum_framesizes(Handle *handle, int fd, void *argument);
int ioctl_enum_frameintervals(Handle *handle, int fd, void *argument);
int ioctl_g_fmt(Handle *handle, int fd, void *argument);
int ioctl_try_fmt(Handle *handle, int fd, void *argument);
int ioctl_s_fmt(Handle *handle, int fd, void *argument);
int ioctl_g_parm(Handle *handle, int fd, void *argument);
int ioctl_s_parm(Handle *handle, int fd, void *argument);
int ioctl_cropcap(Handle *handle, int fd, void *argument);
int ioctl_g_selection(Handle *handle, int fd, void *argument);

int ioctl_reqbufs(Handle *handle, int fd, void *argument);
int ioctl_create_bufs(Handle *handle, int fd, void *argument);
int ioctl_querybuf(Handle *handle, int fd, void *argument);
int ioctl_qbuf(Handle *handle, int fd, void *argument);
int ioctl_dqbuf(Handle *handle, int fd, void *argument);
int ioctl_streamon(Handle *handle, int fd, void *argument);
int ioctl_streamoff(Handle *handle, int fd, void *argument);

int ioctl_queryctrl(Handle *handle, int fd, void *argument);
int ioctl_query_ext_ctrl(Handle *handle, int fd, void *argument);
int ioctl_g_ctrl(Handle *handle, int fd, void *argument);
int ioctl_s_ctrl(Handle *handle, int fd, void *argument);
int ioctl_g_ext_ctrls(Handle *handle, int fd, void *argument);
int ioctl_s_ext_ctrls(Handle *handle, int fd, void *argument);
int ioctl_try_ext_ctrls(Handle *handle, int fd, void *argument);
