#include "capture.h"

#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"
#include "handle.h"

typedef struct {
  uint32_t stream_number;
  uint64_t interval_us;
  uint64_t frame;  // since the stream began, stalled ones included
  uint32_t sequence;
} Pace;

static uint64_t deadline_us(const Handle *handle, const Pace *pace) {
  return handle->stream_start_us + (pace->frame + 1) * pace->interval_us;
}

static void begin_stream(const Handle *handle, Pace *pace) {
  *pace = (Pace){.stream_number = handle->stream_number, .interval_us = 1000000 / handle->pictures->mode.rate};
}

// Frames whose time is over since this thread got no CPU.
static void skip_missed(Handle *handle, Pace *pace, uint64_t now) {
  uint64_t deadline = deadline_us(handle, pace);
  if (now < deadline + pace->interval_us) return;
  uint64_t missed = (now - deadline) / pace->interval_us;
  pace->frame += missed;
  if (handle->config.fault == FAULT_STALL) return;
  pace->sequence += (uint32_t)missed;
  handle->state->frames_late += missed;
}

// What a driver whose clock is wrong says; never before the clock began.
static uint64_t stamp_of(uint64_t capture_us, const CameraConfig *config) {
  int64_t stamp = (int64_t)capture_us + config->clock_ms * 1000;
  return stamp > 0 ? (uint64_t)stamp : 0;
}

// Called with the mutex held, which it lets go while it fills the buffer.
static void capture(Handle *handle, Pace *pace) {
  pace->frame++;
  if (handle->config.fault == FAULT_STALL) return;
  uint32_t sequence = pace->sequence++;
  CameraState *state = handle->state;
  Buffer *buffer = queue_begin_fill(&handle->queue);
  if (!buffer) {
    state->frames_lost++;
    return;
  }
  CameraFault fault = sequence % handle->config.fault_every == 0 ? handle->config.fault : FAULT_NONE;
  handle->filling = true;
  pthread_mutex_unlock(&handle->mutex);
  Frame frame = frame_make(handle->pictures, sequence, fault, buffer->start, buffer->length);
  pthread_mutex_lock(&handle->mutex);
  handle->filling = false;
  buffer->bytes_used = (uint32_t)frame.size;
  buffer->sequence = sequence;
  buffer->stamp_us = stamp_of(frame.capture_us, &handle->config);
  queue_end_fill(&handle->queue, buffer);
  state->sequence = sequence;
  state->capture_us = frame.capture_us;
  state->frames_captured++;
  ssize_t written = write(handle->frame_fd, "f", 1);
  (void)written;  // The pipe holds far more bytes than there are buffers.
  pthread_cond_broadcast(&handle->changed);
}

static void reload(Handle *handle) {
  char events[4096];
  while (read(handle->watch_fd, events, sizeof events) > 0) continue;
  CameraConfig config;
  bool known = config_read(handle->node, &config);
  if (known && config.plugged)
    handle->config = config;
  else if (!handle->unplugged)
    handle_unplug(handle);
}

static void count_cpu(CameraState *state, uint64_t *counted_ns) {
  struct timespec used;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  uint64_t total = (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
  state->capture_cpu_ns += total - *counted_ns;
  *counted_ns = total;
}

static void wait_for_work(Handle *handle, const Pace *pace) {
  struct timespec left, *timeout = NULL;
  if (handle->streaming && pace->stream_number == handle->stream_number) {
    uint64_t deadline = deadline_us(handle, pace), now = monotonic_us();
    uint64_t wait = deadline > now ? deadline - now : 0;
    left = (struct timespec){.tv_sec = (time_t)(wait / 1000000), .tv_nsec = (long)(wait % 1000000) * 1000};
    timeout = &left;
  }
  struct pollfd watched[] = {{.fd = handle->wake_fd, .events = POLLIN}, {.fd = handle->watch_fd, .events = POLLIN}};
  pthread_mutex_unlock(&handle->mutex);
  int ready = ppoll(watched, 2, timeout, NULL);
  pthread_mutex_lock(&handle->mutex);
  uint64_t count;
  if (ready > 0 && watched[0].revents) {
    ssize_t size = read(handle->wake_fd, &count, sizeof count);
    (void)size;  // Only its wake-up matters.
  }
  if (ready > 0 && watched[1].revents) reload(handle);
}

void *capture_run(void *argument) {
  Handle *handle = argument;
  prctl(PR_SET_NAME, "v4l2-camera");
  prctl(PR_SET_TIMERSLACK, 1UL);
  Pace pace = {0};
  uint64_t counted_ns = 0;
  pthread_mutex_lock(&handle->mutex);
  while (handle->open) {
    wait_for_work(handle, &pace);
    if (!handle->open || !handle->streaming) continue;
    if (pace.stream_number != handle->stream_number) begin_stream(handle, &pace);
    uint64_t now = monotonic_us();
    if (now < deadline_us(handle, &pace)) continue;
    skip_missed(handle, &pace, now);
    capture(handle, &pace);
    count_cpu(handle->state, &counted_ns);
  }
  pthread_mutex_unlock(&handle->mutex);
  return NULL;
}
