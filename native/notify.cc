#include "notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

#include "border.h"
#include "errors.h"

namespace lenscast {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

AddonError failed(const char* call, const std::string& path) {
  const int number = errno;
  return AddonError(code::kSocket, std::string(call) + " to " + quoted(path) + ": errno " + std::to_string(number) +
                                       ", " + std::strerror(number));
}

struct Address {
  sockaddr_un name{};
  socklen_t length = 0;
};

// A path, or a name of the abstract namespace behind an `@`, unix(7); that one isn't ended by a zero byte.
Address addressOf(const std::string& path) {
  const bool isAbstract = !path.empty() && path[0] == '@';
  Address address;
  const size_t room = sizeof address.name.sun_path - (isAbstract ? 0 : 1);
  const bool isPlace = isAbstract ? path.size() > 1 : !path.empty() && path[0] == '/';
  if (!isPlace || path.size() > room) {
    throw AddonError(code::kInvalidArg, "path must be an absolute path or \"@\" and a name, at most " +
                                            std::to_string(room) + " bytes, not " + quoted(path));
  }
  address.name.sun_family = AF_UNIX;
  std::memcpy(address.name.sun_path, path.data(), path.size());
  if (isAbstract) address.name.sun_path[0] = '\0';
  address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (isAbstract ? 0 : 1));
  return address;
}

}  // namespace

Napi::Value notifySocket(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::string path = stringArg(info[0], "path");
    const std::string text = stringArg(info[1], "text");
    const Address address = addressOf(path);
    const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.get() < 0) throw failed("socket", path);
    ssize_t sent = 0;
    do {
      sent = sendto(socket.get(), text.data(), text.size(), MSG_NOSIGNAL,
                    reinterpret_cast<const sockaddr*>(&address.name), address.length);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) throw failed("sendto", path);
    return info.Env().Undefined();
  });
}

}  // namespace lenscast
