#include "background.h"

#include <math.h>
#include <string.h>

enum { PLANES = 3, BANDS = 6, OCTAVES = 5 };

typedef struct {
  int width, height;
  guint8 *pixels;
} Tile;

struct Background {
  Tile tiles[PLANES];
};

static guint32 hash(guint32 x, guint32 y, guint32 seed) {
  guint32 h = x * 374761393u + y * 668265263u + seed * 2246822519u;
  h = (h ^ (h >> 13)) * 1274126177u;
  return h ^ (h >> 16);
}

// Value noise between 0 and 1 on a lattice of `cell` pixels that repeats after `period` cells sideways.
static double noise(int x, int y, int cell, int period, guint32 seed) {
  int cx = x / cell, cy = y / cell;
  double fx = (double)(x % cell) / cell, fy = (double)(y % cell) / cell;
  fx = fx * fx * (3 - 2 * fx);
  fy = fy * fy * (3 - 2 * fy);
  guint32 left = (guint32)(cx % period), right = (guint32)((cx + 1) % period);
  double a = (hash(left, (guint32)cy, seed) & 0xffff) / 65535.0;
  double b = (hash(right, (guint32)cy, seed) & 0xffff) / 65535.0;
  double c = (hash(left, (guint32)cy + 1, seed) & 0xffff) / 65535.0;
  double d = (hash(right, (guint32)cy + 1, seed) & 0xffff) / 65535.0;
  return (a * (1 - fx) + b * fx) * (1 - fy) + (c * (1 - fx) + d * fx) * fy;
}

static void tile_fill(Tile *tile, int plane) {
  tile->pixels = g_malloc((gsize)tile->width * tile->height);
  for (int y = 0; y < tile->height; y++) {
    for (int x = 0; x < tile->width; x++) {
      double value = 0, weight = 0.5;
      for (int octave = 0; octave < OCTAVES; octave++, weight *= 0.6) {
        int cell = MAX(2, tile->width >> (octave + 2));
        value += weight * (noise(x, y, cell, MAX(1, tile->width / cell), (guint32)(plane * 16 + octave)) - 0.5);
      }
      double contrast = plane == 0 ? 200 : 110;
      tile->pixels[(gsize)y * tile->width + x] = (guint8)CLAMP(128 + contrast * value, 20, 230);
    }
  }
}

Background *background_new(const GstVideoInfo *info) {
  Background *background = g_new0(Background, 1);
  for (int plane = 0; plane < PLANES; plane++) {
    Tile *tile = &background->tiles[plane];
    tile->width = plane == 0 ? 512 : 256;  // a power of two, so that every cell size divides it
    tile->height = GST_VIDEO_INFO_COMP_HEIGHT(info, plane);
    tile_fill(tile, plane);
  }
  return background;
}

void background_free(Background *background) {
  if (!background) return;
  for (int plane = 0; plane < PLANES; plane++) g_free(background->tiles[plane].pixels);
  g_free(background);
}

static void paint_row(const Tile *tile, int y, guint64 shift, guint8 *row, int width) {
  int from = (int)(shift % (guint64)tile->width);
  for (int x = 0; x < width;) {
    int count = MIN(tile->width - from, width - x);
    memcpy(row + x, tile->pixels + (gsize)y * tile->width + from, (gsize)count);
    x += count;
    from = 0;
  }
}

void background_paint(const Background *background, GstVideoFrame *frame, guint64 step) {
  for (int plane = 0; plane < PLANES; plane++) {
    const Tile *tile = &background->tiles[plane];
    guint8 *row = GST_VIDEO_FRAME_PLANE_DATA(frame, plane);
    for (int y = 0; y < tile->height; y++, row += GST_VIDEO_FRAME_PLANE_STRIDE(frame, plane)) {
      guint64 speed = (guint64)(1 + y * BANDS / tile->height);
      paint_row(tile, y, step * speed * (plane == 0 ? 2 : 1), row, GST_VIDEO_FRAME_COMP_WIDTH(frame, plane));
    }
  }
}
