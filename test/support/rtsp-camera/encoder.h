// The pipeline that the RTSP server runs for its clients.
#pragma once

#include "options.h"

// A description whose frames come in at `appsrc name=source`; free with g_free().
char *encoder_describe(const Options *options);
