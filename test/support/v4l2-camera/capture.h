// The capture thread of a handle: waits for the next frame's time and for changes of the control file.
#pragma once

void *capture_run(void *handle);
