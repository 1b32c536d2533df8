// The time code that a test camera drew into a picture, read from the picture's JPEG.
#pragma once

#include <optional>
#include <string>

#include "timecode.h"

// Decodes only the top of the picture, at an eighth of its size. Nothing where the JPEG or the time code is broken.
std::optional<Timecode> read_picture_timecode(const std::string &jpeg);
