#include "queue.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "real.h"

static void fifo_push(BufferFifo *fifo, uint32_t index) {
  fifo->items[(fifo->first + fifo->count++) % QUEUE_MAX_BUFFERS] = (uint8_t)index;
}

static int fifo_pop(BufferFifo *fifo) {
  if (fifo->count == 0) return -1;
  int index = fifo->items[fifo->first];
  fifo->first = (fifo->first + 1) % QUEUE_MAX_BUFFERS;
  fifo->count--;
  return index;
}

void queue_init(Queue *queue) {
  memset(queue, 0, sizeof *queue);
  queue->memory_fd = -1;
}

static size_t page_aligned(size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  return (size + page - 1) / page * page;
}

// `populate`: a driver's buffers are there before the first frame. Not for compressed ones, which use little of it.
static bool allocate(Queue *queue, Buffer *buffer, size_t size, bool populate) {
  if (queue->memory_fd < 0) queue->memory_fd = memfd_create("v4l2-camera", MFD_CLOEXEC);
  if (queue->memory_fd < 0) return false;
  size_t used = 0;
  for (uint32_t i = 0; i < queue->count; i++) used += queue->buffers[i].length;
  if (ftruncate(queue->memory_fd, (off_t)(used + size)) != 0) return false;
  int flags = MAP_SHARED | (populate ? MAP_POPULATE : 0);
  void *start = REAL(mmap)(NULL, size, PROT_READ | PROT_WRITE, flags, queue->memory_fd, (off_t)used);
  if (start == MAP_FAILED) return false;
  buffer->start = start;
  buffer->length = size;
  buffer->offset = (uint32_t)used;
  return true;
}

uint32_t queue_add_buffers(Queue *queue, enum v4l2_memory memory, uint32_t count, size_t image_size,
                           bool populate) {
  queue->memory = memory;
  uint32_t added = 0;
  for (; added < count && queue->count < QUEUE_MAX_BUFFERS; added++) {
    Buffer *buffer = &queue->buffers[queue->count];
    *buffer = (Buffer){0};
    if (memory == V4L2_MEMORY_MMAP && !allocate(queue, buffer, page_aligned(image_size), populate)) break;
    if (memory == V4L2_MEMORY_USERPTR) buffer->length = image_size;
    queue->count++;
  }
  return added;
}

void queue_free_buffers(Queue *queue) {
  for (uint32_t i = 0; i < queue->count && queue->memory == V4L2_MEMORY_MMAP; i++)
    munmap(queue->buffers[i].start, queue->buffers[i].length);
  if (queue->memory_fd >= 0) REAL(close)(queue->memory_fd);
  queue_init(queue);
}

static uint32_t state_flags(const Buffer *buffer) {
  if (buffer->state == BUFFER_DONE) return V4L2_BUF_FLAG_DONE;
  return buffer->state == BUFFER_IDLE ? 0 : V4L2_BUF_FLAG_QUEUED;
}

void queue_describe(const Queue *queue, uint32_t index, struct v4l2_buffer *out) {
  const Buffer *buffer = &queue->buffers[index];
  *out = (struct v4l2_buffer){
      .index = index,
      .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
      .bytesused = buffer->bytes_used,
      .flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_TSTAMP_SRC_SOE | state_flags(buffer) |
               (buffer->mapped ? V4L2_BUF_FLAG_MAPPED : 0),
      .field = V4L2_FIELD_NONE,
      .timestamp = {.tv_sec = (time_t)(buffer->stamp_us / 1000000), .tv_usec = (long)(buffer->stamp_us % 1000000)},
      .sequence = buffer->sequence,
      .memory = queue->memory,
      .length = (uint32_t)buffer->length,
  };
  if (queue->memory == V4L2_MEMORY_MMAP)
    out->m.offset = buffer->offset;
  else
    out->m.userptr = (unsigned long)buffer->start;
}

// Unmapped memory would kill the application in the capture thread.
static bool is_mapped(uintptr_t start, size_t length) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), first = start / page * page;
  unsigned char resident[65536];
  size_t span = start + length - first;
  return span / page < sizeof resident && mincore((void *)first, span, resident) == 0;
}

int queue_enqueue(Queue *queue, const struct v4l2_buffer *asked, size_t image_size) {
  if (asked->index >= queue->count || asked->memory != queue->memory) return -EINVAL;
  Buffer *buffer = &queue->buffers[asked->index];
  if (buffer->state != BUFFER_IDLE) return -EINVAL;
  if (asked->flags & V4L2_BUF_FLAG_REQUEST_FD) return -EBADR;
  if (queue->memory == V4L2_MEMORY_USERPTR) {
    if (!asked->m.userptr || asked->length < image_size) return -EINVAL;
    if (!is_mapped(asked->m.userptr, asked->length)) return -EFAULT;
    buffer->start = (uint8_t *)asked->m.userptr;
    buffer->length = asked->length;
  }
  buffer->state = BUFFER_QUEUED;
  fifo_push(&queue->queued, asked->index);
  return 0;
}

Buffer *queue_begin_fill(Queue *queue) {
  int index = fifo_pop(&queue->queued);
  if (index < 0) return NULL;
  queue->buffers[index].state = BUFFER_FILLING;
  return &queue->buffers[index];
}

void queue_end_fill(Queue *queue, Buffer *buffer) {
  buffer->state = BUFFER_DONE;
  fifo_push(&queue->done, (uint32_t)(buffer - queue->buffers));
}

int queue_dequeue(Queue *queue) {
  int index = fifo_pop(&queue->done);
  if (index >= 0) queue->buffers[index].state = BUFFER_IDLE;
  return index;
}

void queue_cancel(Queue *queue) {
  queue->queued = queue->done = (BufferFifo){0};
  for (uint32_t i = 0; i < queue->count; i++) queue->buffers[i].state = BUFFER_IDLE;
}

Buffer *queue_buffer_at(Queue *queue, uint64_t offset) {
  for (uint32_t i = 0; i < queue->count && queue->memory == V4L2_MEMORY_MMAP; i++)
    if (queue->buffers[i].offset == offset) return &queue->buffers[i];
  return NULL;
}
