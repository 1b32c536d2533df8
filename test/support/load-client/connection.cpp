#include "connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

int64_t now_us() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000000 + now.tv_nsec / 1000;
}

namespace {

void check(int result, const char *what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
}

void set_option(int fd, int level, int name, int value, const char *what) {
  check(setsockopt(fd, level, name, &value, sizeof value), what);
}

Connection::Result result_of(ssize_t count) {
  if (count > 0) return {Connection::Read::kSome, static_cast<size_t>(count)};
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return {Connection::Read::kNothingYet, 0};
  return {Connection::Read::kEnd, 0};
}

}  // namespace

Connection::Connection(const Options &options) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  check(fd_, "socket");
  try {
    if (options.mss_bytes) set_option(fd_, IPPROTO_TCP, TCP_MAXSEG, options.mss_bytes, "TCP_MAXSEG");
    if (options.receive_buffer_bytes)
      set_option(fd_, SOL_SOCKET, SO_RCVBUF, options.receive_buffer_bytes, "SO_RCVBUF");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    if (inet_pton(AF_INET, options.host.c_str(), &address.sin_addr) != 1) {
      errno = EINVAL;
      check(-1, "the URL's host");
    }
    int result = ::connect(fd_, reinterpret_cast<sockaddr *>(&address), sizeof address);
    if (result < 0 && errno != EINPROGRESS) check(result, "connect");
  } catch (...) {
    close();
    throw;
  }
}

Connection::~Connection() { close(); }

bool Connection::send_request(const std::string &path, const std::string &host) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error) return false;
  std::string request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: load-client\r\n\r\n";
  return send(fd_, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size());
}

Connection::Result Connection::read(char *buffer, size_t size) { return result_of(recv(fd_, buffer, size, 0)); }

Connection::Result Connection::skip(size_t size) { return result_of(recv(fd_, nullptr, size, MSG_TRUNC)); }

void Connection::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void Connection::reset() {
  linger at_once{1, 0};
  if (fd_ >= 0) setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}
