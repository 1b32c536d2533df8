// The two files of sysfs by which tools tell what a video node is: /sys/dev/char/81:N/uevent and
// /sys/class/video4linux/videoN/name.
#pragma once

#include <stdbool.h>

// False where the path is none of a camera's; else a readable descriptor, or -1 with errno.
bool sysfs_open(const char *path, int *result);
