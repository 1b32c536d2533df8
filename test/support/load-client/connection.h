// A non-blocking TCP connection to the server, and the clock of all measurements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "options.h"

// Microseconds of CLOCK_MONOTONIC.
int64_t now_us();

class Connection {
 public:
  // Begins to connect. Throws std::system_error where a socket can't be had or set up.
  explicit Connection(const Options &options);
  ~Connection();
  Connection(const Connection &) = delete;
  Connection &operator=(const Connection &) = delete;

  // The file descriptor, -1 once closed.
  int fd() const { return fd_; }
  // Once writable: sends the request. False where connecting failed.
  bool send_request(const std::string &path, const std::string &host);

  enum class Read { kSome, kNothingYet, kEnd };
  struct Result {
    Read status;
    size_t bytes;
  };
  Result read(char *buffer, size_t size);
  // Throws away up to `size` bytes inside the kernel, without copying them (MSG_TRUNC, tcp(7)).
  Result skip(size_t size);

  void close();
  // With a RST instead of a FIN (SO_LINGER of 0 seconds, socket(7)).
  void reset();

 private:
  int fd_;
};
