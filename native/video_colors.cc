#include "video_colors.h"

#include <gst/video/video.h>

#include <algorithm>
#include <optional>
#include <string>

#include "color_matrix.h"
#include "filter_element.h"

namespace lenscast {
namespace {

bool isYcbcrOf8Bits(const GstVideoInfo& info) {
  if (!GST_VIDEO_INFO_IS_YUV(&info) || GST_VIDEO_INFO_N_COMPONENTS(&info) != 3) return false;
  for (guint i = 0; i < 3; i++) {
    if (GST_VIDEO_INFO_COMP_DEPTH(&info, i) != 8) return false;
  }
  return true;
}

bool isRawVideo(const GstCaps* caps) {
  return gst_caps_get_size(caps) > 0 && gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-raw");
}

// To what a JPEG means.
struct ToJfif {
  static constexpr FilterNames kNames{"LenscastJfifColors", "lenscastjfifcolors", "JFIF colours",
                                      "Brings pictures to the colours of a JPEG"};

  // None where nothing is to be done.
  static std::optional<ColorMatrix> matrixFor(const GstVideoColorimetry& colors) {
    const bool hd = colors.matrix == GST_VIDEO_COLOR_MATRIX_BT709;
    if (colors.range == GST_VIDEO_COLOR_RANGE_16_235) return hd ? kLimited709 : kLimited601;
    return hd ? std::make_optional(kFull709) : std::nullopt;
  }

  static void change(GstVideoColorimetry& colors) {
    colors.range = GST_VIDEO_COLOR_RANGE_0_255;
    colors.matrix = GST_VIDEO_COLOR_MATRIX_BT601;
  }
};

// To what every decoder takes video for.
struct ToVideo {
  static constexpr FilterNames kNames{"LenscastVideoColors", "lenscastvideocolors", "Video colours",
                                      "Brings pictures to limited range"};

  static std::optional<ColorMatrix> matrixFor(const GstVideoColorimetry& colors) {
    return colors.range == GST_VIDEO_COLOR_RANGE_0_255 ? std::make_optional(kFullToLimited) : std::nullopt;
  }

  static void change(GstVideoColorimetry& colors) { colors.range = GST_VIDEO_COLOR_RANGE_16_235; }
};

template <class Target>
class ColorFilter : public FilterDefaults {
 public:
  static constexpr FilterNames kNames = Target::kNames;
  static constexpr bool kChangesBuffers = true;
  static constexpr bool kChangesCaps = true;

  GstCaps* otherCaps(GstCaps* caps) {
    GstCaps* other = gst_caps_copy(caps);
    for (guint i = 0; i < gst_caps_get_size(other); i++) {
      gst_structure_remove_field(gst_caps_get_structure(other, i), "colorimetry");
    }
    return other;
  }

  GstCaps* outputCaps(GstCaps* input) {
    GstVideoInfo info;
    if (!matrixFor(input, &info)) return gst_caps_ref(input);
    GstVideoColorimetry colors = info.colorimetry;
    Target::change(colors);
    const CharsPtr text(gst_video_colorimetry_to_string(&colors));
    GstCaps* output = gst_caps_copy(input);
    gst_caps_set_simple(output, "colorimetry", G_TYPE_STRING, text.get(), nullptr);
    return output;
  }

  // V4L2's encoders list colorimetries, with other transfer functions and primaries: range and matrix are what the pixels
  // have.
  void choose(const GstCaps* wanted, GstCaps* offered) {
    GstVideoInfo info;
    if (!isRawVideo(wanted) || !gst_video_info_from_caps(&info, wanted)) return;
    for (guint i = 0; i < gst_caps_get_size(offered); i++) keepLike(info.colorimetry, gst_caps_get_structure(offered, i));
  }

  void setCaps(GstCaps* caps) { matrix_ = matrixFor(caps, &info_); }

  GstFlowReturn filter(GstBuffer* buffer) {
    if (!matrix_) return GST_FLOW_OK;
    GstVideoFrame frame;
    const auto flags = static_cast<GstMapFlags>(GST_MAP_READ | GST_MAP_WRITE);
    if (!gst_video_frame_map(&frame, &info_, buffer, flags)) return GST_FLOW_OK;
    apply(*matrix_, frame);
    gst_video_frame_unmap(&frame);
    return GST_FLOW_OK;
  }

 private:
  static std::optional<ColorMatrix> matrixFor(const GstCaps* caps, GstVideoInfo* info) {
    if (!isRawVideo(caps) || !gst_video_info_from_caps(info, caps)) return std::nullopt;
    return isYcbcrOf8Bits(*info) && canApply(*info) ? Target::matrixFor(info->colorimetry) : std::nullopt;
  }

  static void keepLike(const GstVideoColorimetry& wanted, GstStructure* offered) {
    const GValue* listed = gst_structure_get_value(offered, "colorimetry");
    if (listed == nullptr || !GST_VALUE_HOLDS_LIST(listed)) return;
    for (guint i = 0; i < gst_value_list_get_size(listed); i++) {
      const std::string text = g_value_get_string(gst_value_list_get_value(listed, i));
      GstVideoColorimetry colors;
      if (!gst_video_colorimetry_from_string(&colors, text.c_str())) continue;
      if (colors.range != wanted.range || colors.matrix != wanted.matrix) continue;
      return gst_structure_set(offered, "colorimetry", G_TYPE_STRING, text.c_str(), nullptr);
    }
  }

  GstVideoInfo info_{};
  std::optional<ColorMatrix> matrix_;
};

}  // namespace

void registerVideoColors() {
  FilterElement<ColorFilter<ToJfif>>::registerElement();
  FilterElement<ColorFilter<ToVideo>>::registerElement();
}

}  // namespace lenscast
