#include "video_scale.h"

#include <gst/video/gstvideofilter.h>
#include <gst/video/video.h>

#include <vector>

#include "area_scaler.h"
#include "gst_ptr.h"

namespace lenscast {
namespace {

bool isPlanarOf8Bits(GstVideoFormat format) {
  switch (format) {
    case GST_VIDEO_FORMAT_I420:
    case GST_VIDEO_FORMAT_YV12:
    case GST_VIDEO_FORMAT_Y42B:
    case GST_VIDEO_FORMAT_Y444:
    case GST_VIDEO_FORMAT_GRAY8:
      return true;
    default:
      return false;
  }
}

// videoscale puts black beside a picture that it can't fit exactly, and none where that is less than a pixel.
bool hasBorders(const GstVideoInfo& from, const GstVideoInfo& to) {
  int shapeN = 0, shapeD = 0, n = 0, d = 0;
  if (!gst_util_fraction_multiply(from.width, from.height, from.par_n, from.par_d, &shapeN, &shapeD)) return true;
  if (!gst_util_fraction_multiply(shapeN, shapeD, to.par_d, to.par_n, &n, &d)) return true;
  const auto height = gst_util_uint64_scale_int(static_cast<guint64>(to.width), d, n);
  if (height <= static_cast<guint64>(to.height)) return height != static_cast<guint64>(to.height);
  return gst_util_uint64_scale_int(static_cast<guint64>(to.height), n, d) != static_cast<guint64>(to.width);
}

// One for each plane; none at all where one of them is beyond it.
std::vector<AreaScaler> scalersFor(const GstVideoInfo& from, const GstVideoInfo& to) {
  std::vector<AreaScaler> scalers;
  const GstVideoFormat format = GST_VIDEO_INFO_FORMAT(&from);
  const bool known = format == GST_VIDEO_INFO_FORMAT(&to) && isPlanarOf8Bits(format);
  const bool progressive = from.interlace_mode == GST_VIDEO_INTERLACE_MODE_PROGRESSIVE;
  if (!known || !progressive || hasBorders(from, to)) return scalers;
  for (guint i = 0; i < GST_VIDEO_INFO_N_COMPONENTS(&from); i++) {
    auto scaler = AreaScaler::make(GST_VIDEO_INFO_COMP_WIDTH(&from, i), GST_VIDEO_INFO_COMP_HEIGHT(&from, i),
                                   GST_VIDEO_INFO_COMP_WIDTH(&to, i), GST_VIDEO_INFO_COMP_HEIGHT(&to, i));
    if (!scaler) return {};
    scalers.push_back(std::move(*scaler));
  }
  return scalers;
}

// An instance's own part, behind that of its parent's type. Of the streaming thread.
struct Own {
  std::vector<AreaScaler>* scalers;
};

int ownOffset = 0;
GstVideoFilterClass* parentClass = nullptr;

std::vector<AreaScaler>& scalersOf(gpointer instance) {
  return *static_cast<Own*>(G_STRUCT_MEMBER_P(instance, ownOffset))->scalers;
}

void initInstance(GTypeInstance* instance, gpointer) {
  static_cast<Own*>(G_STRUCT_MEMBER_P(instance, ownOffset))->scalers = new std::vector<AreaScaler>;
}

void finalize(GObject* object) {
  delete &scalersOf(object);
  G_OBJECT_CLASS(parentClass)->finalize(object);
}

gboolean setInfo(GstVideoFilter* filter, GstCaps* fromCaps, GstVideoInfo* from, GstCaps* toCaps, GstVideoInfo* to) {
  scalersOf(filter) = scalersFor(*from, *to);
  return parentClass->set_info(filter, fromCaps, from, toCaps, to);
}

GstFlowReturn transformFrame(GstVideoFilter* filter, GstVideoFrame* from, GstVideoFrame* to) {
  std::vector<AreaScaler>& scalers = scalersOf(filter);
  if (scalers.empty()) return parentClass->transform_frame(filter, from, to);
  for (size_t i = 0; i < scalers.size(); i++) {
    scalers[i].scale(static_cast<const uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(from, i)),
                     GST_VIDEO_FRAME_COMP_STRIDE(from, i), static_cast<uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(to, i)),
                     GST_VIDEO_FRAME_COMP_STRIDE(to, i));
  }
  return GST_FLOW_OK;
}

void initClass(gpointer rawClass, gpointer) {
  parentClass = GST_VIDEO_FILTER_CLASS(g_type_class_peek_parent(rawClass));
  g_type_class_adjust_private_offset(rawClass, &ownOffset);
  G_OBJECT_CLASS(rawClass)->finalize = finalize;
  GST_VIDEO_FILTER_CLASS(rawClass)->set_info = setInfo;
  GST_VIDEO_FILTER_CLASS(rawClass)->transform_frame = transformFrame;
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(rawClass), "Video scale", "Filter/Video/Scaler",
                                        "Resizes pictures", "Lenscast");
}

}  // namespace

void registerVideoScale() {
  const FactoryPtr known(gst_element_factory_find("videoscale"));
  if (!known) return;
  const FactoryPtr loaded(GST_ELEMENT_FACTORY(gst_plugin_feature_load(GST_PLUGIN_FEATURE(known.get()))));
  const GType parent = loaded ? gst_element_factory_get_element_type(loaded.get()) : G_TYPE_INVALID;
  if (!g_type_is_a(parent, GST_TYPE_VIDEO_FILTER)) return;
  GTypeQuery size;
  g_type_query(parent, &size);
  const GType type = g_type_register_static_simple(parent, "LenscastScale", size.class_size, initClass,
                                                   size.instance_size, initInstance, GTypeFlags(0));
  ownOffset = g_type_add_instance_private(type, sizeof(Own));
  gst_element_register(nullptr, "lenscastscale", GST_RANK_NONE, type);
}

}  // namespace lenscast
