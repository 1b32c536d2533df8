#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ioctl.h"

enum {
  QUEUE_CAPABILITIES =
      V4L2_BUF_CAP_SUPPORTS_MMAP | V4L2_BUF_CAP_SUPPORTS_USERPTR | V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS
};

static bool fits(uint32_t type, uint32_t memory) {
  return type == V4L2_BUF_TYPE_VIDEO_CAPTURE && (memory == V4L2_MEMORY_MMAP || memory == V4L2_MEMORY_USERPTR);
}

static size_t image_size(const Handle *handle) {
  return mode_image_size(mode_current(&handle->config, handle->state));
}

static uint32_t add_buffers(Handle *handle, uint32_t memory, uint32_t count, size_t size) {
  bool raw = mode_current(&handle->config, handle->state).format != V4L2_PIX_FMT_MJPEG;
  return queue_add_buffers(&handle->queue, memory, count, size, raw);
}

int ioctl_reqbufs(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_requestbuffers *request = argument;
  request->capabilities = QUEUE_CAPABILITIES;
  request->flags = 0;
  if (!fits(request->type, request->memory)) return -EINVAL;
  int error = handle_acquire(handle);
  if (error) return error;
  if (handle->streaming) return -EBUSY;
  queue_free_buffers(&handle->queue);
  if (request->count == 0) {
    handle_dismiss(handle);
    return 0;
  }
  request->count = add_buffers(handle, request->memory, request->count, image_size(handle));
  return request->count > 0 ? 0 : -ENOMEM;
}

int ioctl_create_bufs(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_create_buffers *request = argument;
  Queue *queue = &handle->queue;
  request->capabilities = QUEUE_CAPABILITIES;
  request->flags = 0;
  request->index = queue->count;
  memset(request->reserved, 0, sizeof request->reserved);
  if (!fits(request->format.type, request->memory)) return -EINVAL;
  if (queue->count > 0 && queue->memory != request->memory) return -EINVAL;
  if (request->count == 0) return 0;
  size_t size = image_size(handle);
  if (request->format.fmt.pix.sizeimage < size) return -EINVAL;
  int error = handle_acquire(handle);
  if (error) return error;
  request->count = add_buffers(handle, request->memory, request->count, request->format.fmt.pix.sizeimage);
  return request->count > 0 ? 0 : -ENOMEM;
}

int ioctl_querybuf(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_buffer *buffer = argument;
  if (handle->lock_fd < 0) return -EBUSY;
  if (buffer->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || buffer->index >= handle->queue.count) return -EINVAL;
  queue_describe(&handle->queue, buffer->index, buffer);
  return 0;
}

int ioctl_qbuf(Handle *handle, int fd, void *argument) {
  (void)fd;
  struct v4l2_buffer *buffer = argument;
  if (handle->lock_fd < 0) return -EBUSY;
  if (buffer->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return -EINVAL;
  int error = queue_enqueue(&handle->queue, buffer, image_size(handle));
  if (!error) queue_describe(&handle->queue, buffer->index, buffer);
  return error;
}

int ioctl_dqbuf(Handle *handle, int fd, void *argument) {
  struct v4l2_buffer *buffer = argument;
  if (handle->lock_fd < 0) return -EBUSY;
  if (buffer->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || buffer->memory != handle->queue.memory) return -EINVAL;
  int index;
  while ((index = handle->streaming ? queue_dequeue(&handle->queue) : -1) < 0) {
    if (handle->unplugged || !handle->open) return -ENODEV;
    if (!handle->streaming) return -EINVAL;
    if (fcntl(fd, F_GETFL) & O_NONBLOCK) return -EAGAIN;
    pthread_cond_wait(&handle->changed, &handle->mutex);
  }
  char byte;
  ssize_t size = read(fd, &byte, 1);
  (void)size;  // There is a byte for each done buffer.
  queue_describe(&handle->queue, (uint32_t)index, buffer);
  return 0;
}

static bool is_capture(const void *type) { return *(const uint32_t *)type == V4L2_BUF_TYPE_VIDEO_CAPTURE; }

int ioctl_streamon(Handle *handle, int fd, void *argument) {
  (void)fd;
  if (!is_capture(argument)) return -EINVAL;
  int error = handle_acquire(handle);
  if (!error) error = handle_stream_on(handle);
  if (handle->queue.count == 0) handle_dismiss(handle);
  return error;
}

int ioctl_streamoff(Handle *handle, int fd, void *argument) {
  if (!is_capture(argument)) return -EINVAL;
  int error = handle_acquire(handle);
  if (!error) handle_stream_off(handle, fd);
  if (handle->queue.count == 0) handle_dismiss(handle);
  return error;
}
