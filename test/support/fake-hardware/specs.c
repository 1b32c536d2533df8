#include "spec.h"

#define FLAG(name) {name, IS_BOOLEAN, NULL}
#define NUMBER(name) {name, IS_NUMBER, NULL}
#define TEXT(name) {name, IS_TEXT, NULL}
#define NONE {NULL, IS_TEXT, NULL}

#define SIZE "width=(int)[1,32768],height=(int)[1,32768],framerate=(fraction)[0/1,2147483647/1]"
#define RAW(formats) "video/x-raw,format=(string)" formats "," SIZE
#define IN(memory, formats) "video/x-raw(memory:" memory "),format=(string)" formats "," SIZE
#define NV12_IN(memory) IN(memory, "{NV12}") ";" RAW("{NV12}")
#define NVMM_FORMATS "{I420,UYVY,YUY2,YVYU,NV12,NV16,NV24,GRAY8,BGRx,RGBA,Y42B,Y444}"
#define CUDA_FORMATS "{I420,YV12,NV12,NV21,Y444,BGRA,RGBA,RGBx,BGRx,ARGB,ABGR,RGB,BGR,Y42B}"
#define VA_FORMATS "{NV12,I420,YV12,YUY2,RGBA,BGRA,ARGB,ABGR}"
// What they know of all that there are, as GStreamer finds out by asking the driver.
#define V4L2_COLORS \
  ",colorimetry=(string){bt709,bt601,smpte240m,1:3:5:1,2:4:5:2,2:4:5:3,1:4:7:1,2:4:7:1,2:4:12:8,bt2020,2:0:0:0}"
#define H264_OUT(streams, profiles) \
  "video/x-h264,stream-format=(string)" streams ",alignment=(string)au,profile=(string)" profiles
#define H264_IN "video/x-h264,stream-format=(string)byte-stream,alignment=(string)au"
#define H265_IN "video/x-h265,stream-format=(string)byte-stream,alignment=(string)au"

#define SCALER(plugin, element, memory, formats)                                            \
  {                                                                                         \
    plugin, element, DOES_SCALE, IN(memory, formats) ";" RAW(formats),                      \
        IN(memory, formats) ";" RAW(formats), 0, NULL, {                                    \
      { "interpolation-method", IS_ENUM, "Nearest,Bilinear,5-Tap,10-Tap,Smart,Nicest" }     \
    }                                                                                       \
  }
#define DECODER(plugin, element, in, out) \
  { plugin, element, DOES_DECODE, in, out, 0, NULL, {NONE} }

const Spec fake_specs[] = {
    // Jetson
    {"nvvideo4linux2", "nvv4l2decoder", DOES_DECODE, "image/jpeg;" H264_IN ";" H265_IN, IN("NVMM", "{NV12,Y42B,I420}"),
     0, NULL,
     {FLAG("mjpeg"), FLAG("enable-max-performance"), FLAG("disable-dpb")}},
    {"nvvideo4linux2", "nvv4l2h264enc", DOES_H264, IN("NVMM", "{I420,NV12,P010_10LE,NV24}"),
     "video/x-h264,stream-format=(string)byte-stream,alignment=(string){au,nal}", 1, "force-IDR",
     {{"control-rate", IS_ENUM, "variable_bitrate,constant_bitrate"},
      NUMBER("bitrate"),
      {"preset-level", IS_ENUM, "DisablePreset,UltraFastPreset,FastPreset,MediumPreset,SlowPreset"},
      FLAG("maxperf-enable"),
      FLAG("insert-sps-pps"),
      FLAG("insert-vui"),
      FLAG("insert-aud"),
      NUMBER("idrinterval"),
      NUMBER("iframeinterval"),
      NUMBER("num-B-Frames"),
      NUMBER("vbv-size"),
      {"profile", IS_ENUM, "Baseline,Constrained-Baseline,Main,Extended,High"},
      NUMBER("poc-type")}},
    SCALER("nvvidconv", "nvvidconv", "NVMM", NVMM_FORMATS),
    {"nvjpeg", "nvjpegdec", DOES_DECODE, "image/jpeg", IN("NVMM", "{I420}") ";" RAW("{I420}"), 0, NULL, {NONE}},
    {"nvjpeg", "nvjpegenc", DOES_JPEG, IN("NVMM", "{I420,NV12}") ";" RAW("{I420,YV12,GRAY8}"), "image/jpeg", 0, NULL,
     {NUMBER("quality"), FLAG("Enableperf")}},

    // NVIDIA cards
    DECODER("nvcodec", "nvh264dec", H264_IN, NV12_IN("CUDAMemory")),
    DECODER("nvcodec", "nvh265dec", H265_IN, NV12_IN("CUDAMemory")),
    DECODER("nvcodec", "nvjpegdec", "image/jpeg", RAW("{NV12}")),
    SCALER("nvcodec", "cudaconvertscale", "CUDAMemory", CUDA_FORMATS),
    SCALER("nvcodec", "cudascale", "CUDAMemory", CUDA_FORMATS),
    SCALER("nvcodec", "cudaconvert", "CUDAMemory", CUDA_FORMATS),
    {"nvcodec", "cudaupload", DOES_COPY, RAW(CUDA_FORMATS), IN("CUDAMemory", CUDA_FORMATS), 0, NULL, {NONE}},
    {"nvcodec", "cudadownload", DOES_COPY, IN("CUDAMemory", CUDA_FORMATS), RAW(CUDA_FORMATS), 0, NULL, {NONE}},
    {"nvcodec", "nvjpegenc", DOES_JPEG, IN("CUDAMemory", "{NV12,I420,Y42B,Y444}") ";" RAW("{I420,Y42B,Y444}"),
     "image/jpeg", 0, NULL, {NUMBER("quality")}},
    {"nvcodec", "nvh264enc", DOES_H264, NV12_IN("CUDAMemory"),
     H264_OUT("{byte-stream,avc}", "{main,high,high-4:4:4,baseline,constrained-baseline}"), 1000, NULL,
     {{"preset", IS_ENUM, "default,hp,hq,low-latency,low-latency-hq,low-latency-hp,lossless,lossless-hp"},
      {"rc-mode", IS_ENUM, "default,constqp,cbr,vbr"},
      NUMBER("bitrate"),
      NUMBER("max-bitrate"),
      NUMBER("vbv-buffer-size"),
      NUMBER("gop-size"),
      NUMBER("bframes"),
      FLAG("zerolatency"),
      FLAG("aud")}},

    // VA
    DECODER("va", "vajpegdec", "image/jpeg", NV12_IN("VAMemory")),
    DECODER("va", "vah264dec", H264_IN, NV12_IN("VAMemory")),
    DECODER("va", "vah265dec", H265_IN, NV12_IN("VAMemory")),
    SCALER("va", "vapostproc", "VAMemory", VA_FORMATS),
    {"va", "vah264enc", DOES_H264, NV12_IN("VAMemory"),
     H264_OUT("byte-stream", "{main,high,constrained-baseline}"), 1000, NULL,
     {{"rate-control", IS_ENUM, "none,cbr,vbr,vcm,cqp"},
      NUMBER("bitrate"),
      NUMBER("cpb-size"),
      NUMBER("key-int-max"),
      NUMBER("b-frames"),
      NUMBER("ref-frames"),
      NUMBER("target-usage"),
      FLAG("aud")}},
    DECODER("vaapi", "vaapijpegdec", "image/jpeg", NV12_IN("VASurface")),
    DECODER("vaapi", "vaapih264dec", H264_IN, NV12_IN("VASurface")),
    SCALER("vaapi", "vaapipostproc", "VASurface", VA_FORMATS),
    {"vaapi", "vaapijpegenc", DOES_JPEG, NV12_IN("VASurface"), "image/jpeg", 0, NULL, {NUMBER("quality")}},
    {"vaapi", "vaapih264enc", DOES_H264, NV12_IN("VASurface"),
     H264_OUT("{avc,byte-stream}", "{constrained-baseline,baseline,main,high}"), 1000, NULL,
     {{"rate-control", IS_ENUM, "none,cqp,cbr,vbr"},
      NUMBER("bitrate"),
      NUMBER("cpb-length"),
      NUMBER("keyframe-period"),
      NUMBER("max-bframes"),
      NUMBER("refs"),
      NUMBER("quality-level")}},

    // V4L2 memory to memory
    DECODER("video4linux2", "v4l2jpegdec", "image/jpeg", RAW("{NV12,I420,YUY2}")),
    DECODER("video4linux2", "v4l2h264dec", H264_IN, RAW("{NV12,I420}")),
    {"video4linux2", "v4l2jpegenc", DOES_JPEG, RAW("{NV12,I420,YUY2}") V4L2_COLORS, "image/jpeg", 0, NULL,
     {TEXT("extra-controls"), TEXT("device")}},
    {"video4linux2", "v4l2h264enc", DOES_H264, RAW("{NV12,I420}") V4L2_COLORS,
     "video/x-h264,stream-format=(string)byte-stream,alignment=(string)au,"
     "profile=(string){baseline,constrained-baseline,main,high},level=(string){1,2,3,4,4.1,4.2}",
     1, NULL, {TEXT("extra-controls"), TEXT("device")}},
    {NULL, NULL, DOES_COPY, NULL, NULL, 0, NULL, {NONE}},
};
