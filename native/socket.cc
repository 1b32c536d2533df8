#include "socket.h"

// Not netinet/tcp.h, whose tcp_info is older than the kernel's.
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstring>
#include <string>

#include "border.h"
#include "errors.h"

namespace lenscast {
namespace {

constexpr size_t kMostChunks = 8;

AddonError socketError(const char* call, int fd) {
  const int number = errno;
  return AddonError(code::kSocket, std::string(call) + " on descriptor " + std::to_string(fd) + ": errno " +
                                       std::to_string(number) + ", " + std::strerror(number));
}

int descriptorArg(Napi::Value value) { return static_cast<int>(integerArg(value, "fd", 0, INT_MAX)); }

void setOption(int fd, int level, int option, const char* call, int value) {
  if (setsockopt(fd, level, option, &value, sizeof value) != 0) throw socketError(call, fd);
}

int queuedBytes(int fd, unsigned long request, const char* call) {
  int bytes = 0;
  if (ioctl(fd, request, &bytes) != 0) throw socketError(call, fd);
  return bytes;
}

struct Descriptors {
  const int32_t* data;
  size_t count;
};

Descriptors descriptorsArg(Napi::Value value) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_int32_array) {
    throw AddonError(code::kInvalidArg, "fds must be an Int32Array, not " + describe(value));
  }
  const auto array = value.As<Napi::Int32Array>();
  return {array.Data(), array.ElementLength()};
}

struct Chunks {
  std::array<iovec, kMostChunks> parts{};
  size_t count = 0;
};

Chunks chunksArg(Napi::Value value) {
  const size_t count = value.IsArray() ? value.As<Napi::Array>().Length() : 0;
  if (count < 1 || count > kMostChunks) {
    throw AddonError(code::kInvalidArg, "chunks must be an array of 1 to 8 Uint8Arrays, not " +
                                            (value.IsArray() ? std::to_string(count) : describe(value)));
  }
  Chunks chunks;
  for (uint32_t i = 0; i < count; i += 1) {
    const Bytes bytes = bytesArg(value.As<Napi::Array>().Get(i), "chunks[]");
    chunks.parts[chunks.count++] = {const_cast<uint8_t*>(bytes.data), bytes.size};
  }
  return chunks;
}

// Bytes sent, 0 where the socket takes none now, else a negative errno.
ssize_t sendAll(int fd, Chunks& chunks) {
  msghdr message{};
  message.msg_iov = chunks.parts.data();
  message.msg_iovlen = chunks.count;
  ssize_t sent = 0;
  do {
    sent = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return sent;
  return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
}

}  // namespace

Napi::Value setSocketOptions(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const int fd = descriptorArg(info[0]);
    const Napi::Object options = objectArg(info[1], "options");
    const Napi::Value notSent = options.Get("notSentLowWaterBytes");
    const Napi::Value buffer = options.Get("sendBufferBytes");
    const bool hasNotSent = !notSent.IsUndefined(), hasBuffer = !buffer.IsUndefined();
    const auto notSentBytes = hasNotSent ? integerArg(notSent, "options.notSentLowWaterBytes", 1, INT_MAX) : 0;
    const auto bufferBytes = hasBuffer ? integerArg(buffer, "options.sendBufferBytes", 1, INT_MAX) : 0;
    if (hasNotSent) {
      setOption(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, "setsockopt(TCP_NOTSENT_LOWAT)", static_cast<int>(notSentBytes));
    }
    if (hasBuffer) setOption(fd, SOL_SOCKET, SO_SNDBUF, "setsockopt(SO_SNDBUF)", static_cast<int>(bufferBytes));
    return info.Env().Undefined();
  });
}

Napi::Value socketInfo(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const int fd = descriptorArg(info[0]);
    // What an older kernel doesn't fill stays 0.
    tcp_info tcp{};
    socklen_t length = sizeof tcp;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &tcp, &length) != 0) throw socketError("getsockopt(TCP_INFO)", fd);
    const auto ms = [](double microseconds) { return microseconds / 1000; };
    Napi::Object object = Napi::Object::New(info.Env());
    object.Set("unsentBytes", queuedBytes(fd, SIOCOUTQNSD, "ioctl(SIOCOUTQNSD)"));
    object.Set("unackedBytes", queuedBytes(fd, SIOCOUTQ, "ioctl(SIOCOUTQ)"));
    object.Set("rttMs", ms(tcp.tcpi_rtt));
    object.Set("rttVarianceMs", ms(tcp.tcpi_rttvar));
    // The kernel's "none yet" is all ones.
    object.Set("minRttMs", tcp.tcpi_min_rtt == UINT32_MAX ? 0 : ms(tcp.tcpi_min_rtt));
    object.Set("deliveryRateBps", static_cast<double>(tcp.tcpi_delivery_rate) * 8);
    object.Set("appLimited", tcp.tcpi_delivery_rate_app_limited != 0);
    object.Set("retransmits", static_cast<double>(tcp.tcpi_total_retrans));
    object.Set("lostSegments", static_cast<double>(tcp.tcpi_lost));
    object.Set("congestionWindowSegments", static_cast<double>(tcp.tcpi_snd_cwnd));
    object.Set("segmentBytes", static_cast<double>(tcp.tcpi_snd_mss));
    object.Set("ackedBytes", static_cast<double>(tcp.tcpi_bytes_acked));
    object.Set("sackedBytes", static_cast<double>(tcp.tcpi_sacked) * tcp.tcpi_snd_mss);
    object.Set("busyMs", ms(static_cast<double>(tcp.tcpi_busy_time)));
    object.Set("receiveWindowLimitedMs", ms(static_cast<double>(tcp.tcpi_rwnd_limited)));
    object.Set("sendBufferLimitedMs", ms(static_cast<double>(tcp.tcpi_sndbuf_limited)));
    object.Set("sinceLastAckMs", static_cast<double>(tcp.tcpi_last_ack_recv));
    return object;
  });
}

Napi::Value sendToAll(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    // Reading the chunks may run JavaScript (getters), so the other arrays' memory is asked for afterwards.
    Chunks chunks = chunksArg(info[1]);
    const Descriptors fds = descriptorsArg(info[0]);
    const auto type = info[2].IsTypedArray() ? info[2].As<Napi::TypedArray>().TypedArrayType() : napi_uint8_array;
    if (type != napi_float64_array && type != napi_int32_array) {
      throw AddonError(code::kInvalidArg, "sent must be a Float64Array or an Int32Array, not " + describe(info[2]));
    }
    const size_t room = info[2].As<Napi::TypedArray>().ElementLength();
    if (room < fds.count) {
      throw AddonError(code::kInvalidArg, "sent must have room for " + std::to_string(fds.count) +
                                              " numbers, not for " + std::to_string(room));
    }
    double* wide = type == napi_float64_array ? info[2].As<Napi::Float64Array>().Data() : nullptr;
    int32_t* narrow = type == napi_int32_array ? info[2].As<Napi::Int32Array>().Data() : nullptr;
    for (size_t i = 0; i < fds.count; i += 1) {
      const ssize_t sent = sendAll(fds.data[i], chunks);
      if (wide != nullptr) wide[i] = static_cast<double>(sent);
      if (narrow != nullptr) narrow[i] = static_cast<int32_t>(sent);
    }
    return info.Env().Undefined();
  });
}

}  // namespace lenscast
