// epoll with an object behind each file descriptor.
#pragma once

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

class Pollable {
 public:
  virtual ~Pollable() = default;
  // May close its own descriptor and delete itself, but nobody else.
  virtual void on_ready(uint32_t events) = 0;
};

class Poller {
 public:
  Poller() : fd_(epoll_create1(EPOLL_CLOEXEC)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  }
  ~Poller() { ::close(fd_); }
  Poller(const Poller &) = delete;
  Poller &operator=(const Poller &) = delete;

  void add(int fd, uint32_t events, Pollable &pollable) { control(EPOLL_CTL_ADD, fd, events, pollable); }
  void change(int fd, uint32_t events, Pollable &pollable) { control(EPOLL_CTL_MOD, fd, events, pollable); }

  void wait(int timeout_ms) {
    epoll_event ready[256];
    int count = epoll_wait(fd_, ready, 256, timeout_ms);
    for (int i = 0; i < count; i++) static_cast<Pollable *>(ready[i].data.ptr)->on_ready(ready[i].events);
  }

 private:
  void control(int operation, int fd, uint32_t events, Pollable &pollable) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &pollable;
    if (epoll_ctl(fd_, operation, fd, &event) < 0)
      throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }

  int fd_;
};
