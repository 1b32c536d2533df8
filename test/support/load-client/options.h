// The command line of the load client.
#pragma once

#include <cstdint>
#include <string>

struct Options {
  // Where to connect, by its numeric IPv4 address or as localhost.
  std::string host, path;
  uint16_t port = 0;

  int viewers = 0;
  int stalled = 0;              // so many of the viewers read one frame and then nothing more
  double resume_after_s = -1;   // from the start; negative: never
  int resume_skip = 3;          // frames after the resumption that the worst age leaves out
  int64_t slow_bps = 0;         // bit/s; > 0: the stalled ones read that much instead of nothing
  int mss_bytes = 0;            // TCP_MAXSEG, 0: the path's
  int receive_buffer_bytes = 0;  // SO_RCVBUF, 0: the kernel's autotuning
  double warmup_s = 1;
  double seconds = 10;  // measured, after the warm-up
  bool decode_timecode = false;
  int decode_sample = 2;  // so many viewers' pictures are decoded
  int cpu = -1;           // CPU to run on, -1: any

  int churn = 0;  // connections made and closed in all
  int concurrency = 10;
};

// Prints what is wrong and exits with 2 where the arguments make no sense.
Options parse_options(int argc, char **argv);
