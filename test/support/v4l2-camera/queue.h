// The buffers of a stream: queued ones wait for a frame, done ones for VIDIOC_DQBUF. Not thread-safe: the handle's
// mutex guards it, except for the one buffer that is being filled, which belongs to the capture thread.
#pragma once

#include <linux/videodev2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUEUE_MAX_BUFFERS = 32 };

typedef enum { BUFFER_IDLE, BUFFER_QUEUED, BUFFER_FILLING, BUFFER_DONE } BufferState;

typedef struct {
  BufferState state;
  uint8_t *start;   // MMAP: this library's own mapping; USERPTR: the application's memory
  size_t length;    // bytes
  uint32_t offset;  // MMAP: of the buffer in the queue's memory file
  bool mapped;
  uint32_t bytes_used;
  uint32_t sequence;
  uint64_t stamp_us;
} Buffer;

typedef struct {
  uint8_t items[QUEUE_MAX_BUFFERS];
  uint32_t first, count;
} BufferFifo;

typedef struct {
  enum v4l2_memory memory;
  int memory_fd;  // MMAP's; -1 without buffers
  uint32_t count;
  Buffer buffers[QUEUE_MAX_BUFFERS];
  BufferFifo queued, done;
} Queue;

void queue_init(Queue *queue);

// Adds buffers, at most up to the limit, and returns how many: 0 or fewer than asked for where memory is short.
// `populate` takes all of their memory at once.
uint32_t queue_add_buffers(Queue *queue, enum v4l2_memory memory, uint32_t count, size_t image_size, bool populate);
void queue_free_buffers(Queue *queue);

// Describes a buffer as VIDIOC_QUERYBUF does.
void queue_describe(const Queue *queue, uint32_t index, struct v4l2_buffer *out);

// 0 or a negative errno.
int queue_enqueue(Queue *queue, const struct v4l2_buffer *asked, size_t image_size);

// The next queued buffer, to be filled; NULL: none.
Buffer *queue_begin_fill(Queue *queue);
void queue_end_fill(Queue *queue, Buffer *buffer);

// The index of the oldest done buffer, now idle; -1: none.
int queue_dequeue(Queue *queue);

// Takes all buffers out of both lists.
void queue_cancel(Queue *queue);

// The buffer at an mmap offset; NULL: none.
Buffer *queue_buffer_at(Queue *queue, uint64_t offset);
