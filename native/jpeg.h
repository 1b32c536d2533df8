// Tells from its head and tail whether a JPEG is whole, how large its picture is and where it ends.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lenscast {

struct JpegInfo {
  // SOI, headers up to the first scan, and EOI are all there.
  bool complete = false;
  // From the SOF header; 0 where the headers are broken.
  int width = 0;
  int height = 0;
  // Where the entropy-coded data of the first scan begin; 0 where the headers are broken.
  size_t scan = 0;
  // Bytes up to and with EOI; all bytes where there is none.
  size_t size = 0;
};

// Reads the headers (ITU-T T.81, B.1 and B.2) and looks for EOI from the end, so its cost doesn't grow with the
// picture. Padding behind EOI may be any number of zeros and up to 4 KiB of anything else.
JpegInfo inspectJpeg(const uint8_t* bytes, size_t size) noexcept;

// Whether all that follows the first scan's header keeps to the rules for markers (ITU-T T.81, B.1.1.3 and B.1.1.5), as
// next to no overwritten data do. Reads all of it. `info` is that of a complete JPEG.
bool hasSoundScans(const uint8_t* bytes, const JpegInfo& info) noexcept;

}  // namespace lenscast
