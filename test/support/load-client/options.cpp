#include "options.h"

#include <getopt.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

const char kUsage[] =
    "usage: load-client --url http://127.0.0.1:PORT/PATH [--viewers K] [--seconds D] [--warmup W]\n"
    "  [--stalled S [--slow-bps BPS] [--resume-after SECONDS] [--resume-skip N]]\n"
    "  [--mss BYTES] [--rcvbuf BYTES] [--decode-timecode [--decode-sample N]] [--cpu N]\n"
    "  [--churn N [--concurrency C]]\n";

[[noreturn]] void refuse(const char *what) {
  std::fprintf(stderr, "load-client: %s\n%s", what, kUsage);
  std::exit(2);
}

double number(const char *text) {
  char *end = nullptr;
  double value = std::strtod(text, &end);
  if (end == text || *end || value < 0) refuse("a number is not one");
  return value;
}

void parse_url(const std::string &url, Options &options) {
  const std::string scheme = "http://";
  if (url.compare(0, scheme.size(), scheme) != 0) refuse("--url begins with http://");
  size_t slash = url.find('/', scheme.size());
  std::string authority = url.substr(scheme.size(), slash - scheme.size());
  options.path = slash == std::string::npos ? "/" : url.substr(slash);
  size_t colon = authority.find(':');
  options.host = authority.substr(0, colon);
  if (options.host == "localhost") options.host = "127.0.0.1";
  double port = colon == std::string::npos ? 80 : number(authority.c_str() + colon + 1);
  if (port < 1 || port > 65535) refuse("the URL's port is from 1 to 65535");
  options.port = static_cast<uint16_t>(port);
}

const option kOptions[] = {{"url", 1, nullptr, 'u'},           {"viewers", 1, nullptr, 'k'},
                           {"stalled", 1, nullptr, 's'},       {"resume-after", 1, nullptr, 'r'},
                           {"resume-skip", 1, nullptr, 'R'},   {"slow-bps", 1, nullptr, 'b'},
                           {"mss", 1, nullptr, 'm'},           {"rcvbuf", 1, nullptr, 'B'},
                           {"warmup", 1, nullptr, 'w'},        {"seconds", 1, nullptr, 'd'},
                           {"decode-sample", 1, nullptr, 'D'}, {"decode-timecode", 0, nullptr, 't'},
                           {"cpu", 1, nullptr, 'c'},           {"churn", 1, nullptr, 'n'},
                           {"concurrency", 1, nullptr, 'C'},   {nullptr, 0, nullptr, 0}};

void apply(int name, Options &options) {
  auto integer = [] { return static_cast<int>(number(optarg)); };
  switch (name) {
    case 'u': return parse_url(optarg, options);
    case 'k': options.viewers = integer(); return;
    case 's': options.stalled = integer(); return;
    case 'r': options.resume_after_s = number(optarg); return;
    case 'R': options.resume_skip = integer(); return;
    case 'b': options.slow_bps = static_cast<int64_t>(number(optarg)); return;
    case 'm': options.mss_bytes = integer(); return;
    case 'B': options.receive_buffer_bytes = integer(); return;
    case 'w': options.warmup_s = number(optarg); return;
    case 'd': options.seconds = number(optarg); return;
    case 'D': options.decode_sample = integer(); return;
    case 't': options.decode_timecode = true; return;
    case 'c': options.cpu = integer(); return;
    case 'n': options.churn = integer(); return;
    case 'C': options.concurrency = integer(); return;
    default: refuse("no such option, or its value is missing");
  }
}

}  // namespace

Options parse_options(int argc, char **argv) {
  Options options;
  opterr = 0;
  for (int name; (name = getopt_long(argc, argv, "", kOptions, nullptr)) != -1;) apply(name, options);
  if (optind < argc) refuse("there are no arguments but options");
  if (options.port == 0) refuse("--url is missing");
  if (options.viewers == 0 && options.churn == 0) refuse("--viewers or --churn is missing");
  if (options.stalled > options.viewers) refuse("--stalled are some of the --viewers");
  if (options.concurrency == 0) refuse("--concurrency is at least 1");
  return options;
}
