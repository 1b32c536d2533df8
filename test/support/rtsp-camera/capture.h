// The thread that captures frames at the source's pace and feeds them on.
#pragma once

#include "feed.h"
#include "source.h"

typedef struct Capture Capture;

// Borrows both until capture_stop().
Capture *capture_start(Source *source, Feed *feed);
// Closes the feed and joins the thread.
void capture_stop(Capture *capture);
