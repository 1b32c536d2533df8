// RAII for the references and allocations that GStreamer and GLib hand out.
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include <memory>
#include <string>

namespace lenscast {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

// GStreamer's own are static functions of its headers, which would give the types below another name in each file.
inline void unrefSample(GstSample* sample) { gst_sample_unref(sample); }
inline void unrefBuffer(GstBuffer* buffer) { gst_buffer_unref(buffer); }
inline void unrefMessage(GstMessage* message) { gst_message_unref(message); }
inline void unrefEvent(GstEvent* event) { gst_event_unref(event); }
inline void unrefCaps(GstCaps* caps) { gst_caps_unref(caps); }

template <typename T, auto Free>
using Owned = std::unique_ptr<T, Freed<Free>>;

using ElementPtr = Owned<GstElement, gst_object_unref>;
using PadPtr = Owned<GstPad, gst_object_unref>;
using BusPtr = Owned<GstBus, gst_object_unref>;
using BufferPoolPtr = Owned<GstBufferPool, gst_object_unref>;
using ClockPtr = Owned<GstClock, gst_object_unref>;
using PluginPtr = Owned<GstPlugin, gst_object_unref>;
using FactoryPtr = Owned<GstElementFactory, gst_object_unref>;
using AppSinkPtr = Owned<GstAppSink, gst_object_unref>;
using AppSrcPtr = Owned<GstAppSrc, gst_object_unref>;
using SamplePtr = Owned<GstSample, unrefSample>;
using BufferPtr = Owned<GstBuffer, unrefBuffer>;
using MessagePtr = Owned<GstMessage, unrefMessage>;
using EventPtr = Owned<GstEvent, unrefEvent>;
using CapsPtr = Owned<GstCaps, unrefCaps>;
using StructurePtr = Owned<GstStructure, gst_structure_free>;
using ParseContextPtr = Owned<GstParseContext, gst_parse_context_free>;
using ErrorPtr = Owned<GError, g_error_free>;
using CharsPtr = Owned<gchar, g_free>;
using StringsPtr = Owned<gchar*, g_strfreev>;

inline std::string toString(const gchar* chars) { return chars ? chars : ""; }

// A GValue that is unset at the end of its scope.
class Value {
 public:
  explicit Value(GType type) { g_value_init(&value_, type); }
  ~Value() { g_value_unset(&value_); }
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;
  GValue* get() { return &value_; }

 private:
  GValue value_ = G_VALUE_INIT;
};

// A buffer mapped for reading, unmapped at the end of its scope. Empty where the mapping failed.
class ReadMap {
 public:
  explicit ReadMap(GstBuffer* buffer) : buffer_(buffer), mapped_(gst_buffer_map(buffer, &info_, GST_MAP_READ)) {}
  ~ReadMap() {
    if (mapped_) gst_buffer_unmap(buffer_, &info_);
  }
  ReadMap(const ReadMap&) = delete;
  ReadMap& operator=(const ReadMap&) = delete;
  const guint8* data() const { return mapped_ ? info_.data : nullptr; }
  gsize size() const { return mapped_ ? info_.size : 0; }

 private:
  GstBuffer* buffer_;
  GstMapInfo info_ = GST_MAP_INFO_INIT;
  bool mapped_;
};

}  // namespace lenscast
