// The RTSP server: one shared stream at /live, on loopback alone.
#pragma once

#include <gst/rtsp-server/rtsp-server.h>

#include "feed.h"
#include "options.h"

// Listens on the default main context. NULL where the port can't be had.
GstRTSPServer *server_start(const Options *options, GstCaps *caps, Feed *feed);
// Ends all clients' connections and releases the server.
void server_stop(GstRTSPServer *server);
