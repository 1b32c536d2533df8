// RTP time stamps that leap, as those of a camera whose clock was set.
#pragma once

#include "feed.h"

// Shifts the time stamps of what leaves the payloader `pay0` by feed_leap().
void leap_attach(GstElement *bin, Feed *feed);
