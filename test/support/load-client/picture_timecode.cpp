#include "picture_timecode.h"

#include <cstdio>
#include <csetjmp>
#include <vector>

#include <jpeglib.h>

namespace {

struct ErrorManager {
  jpeg_error_mgr base;
  std::jmp_buf escape;
};

void escape(j_common_ptr info) { std::longjmp(reinterpret_cast<ErrorManager *>(info->err)->escape, 1); }

void keep_silent(j_common_ptr, int) {}

// No object with a destructor lives in here: libjpeg leaves by longjmp.
bool decode_top(jpeg_decompress_struct *info, ErrorManager *errors, const std::string &jpeg,
                std::vector<JSAMPLE> *luma) {
  if (setjmp(errors->escape)) return false;
  jpeg_create_decompress(info);
  jpeg_mem_src(info, reinterpret_cast<const unsigned char *>(jpeg.data()), jpeg.size());
  jpeg_read_header(info, TRUE);
  info->out_color_space = JCS_GRAYSCALE;
  info->scale_num = 1;
  info->scale_denom = 8;
  info->dct_method = JDCT_IFAST;
  jpeg_start_decompress(info);
  JDIMENSION rows = TIMECODE_ROWS * info->output_width / TIMECODE_COLUMNS + 1;
  if (rows > info->output_height) rows = info->output_height;
  luma->resize(static_cast<size_t>(rows) * info->output_width);
  while (info->output_scanline < rows) {
    JSAMPROW row = luma->data() + static_cast<size_t>(info->output_scanline) * info->output_width;
    jpeg_read_scanlines(info, &row, 1);
  }
  return true;
}

}  // namespace

std::optional<Timecode> read_picture_timecode(const std::string &jpeg) {
  jpeg_decompress_struct info{};
  ErrorManager errors{};
  info.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = escape;
  errors.base.emit_message = keep_silent;
  std::vector<JSAMPLE> luma;
  Timecode code;
  bool read = decode_top(&info, &errors, jpeg, &luma) &&
              timecode_read(luma.data(), static_cast<int>(info.output_width),
                            static_cast<int>(luma.size() / info.output_width), info.output_width, 1, &code);
  jpeg_destroy_decompress(&info);
  return read ? std::optional<Timecode>(code) : std::nullopt;
}
