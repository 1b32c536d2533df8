#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render.h"
#include "timecode.h"

static uint32_t hash(uint32_t x, uint32_t y, uint32_t seed) {
  uint32_t h = x * 0x9e3779b1u ^ y * 0x85ebca77u ^ seed * 0xc2b2ae3du;
  h = (h ^ h >> 15) * 0x2c1b3c6du;
  h = (h ^ h >> 12) * 0x297a2d39u;
  return h ^ h >> 15;
}

static float lattice(int x, int y, uint32_t seed) {
  return (float)(hash((uint32_t)x, (uint32_t)y, seed) & 0xffff) / 32768.0f - 1.0f;
}

// Smooth noise from -1 to 1 with cells of `cell` pixels.
static float texture(int x, int y, int cell, uint32_t seed) {
  int cx = x / cell, cy = y / cell;
  float fx = (float)(x % cell) / (float)cell, fy = (float)(y % cell) / (float)cell;
  fx = fx * fx * (3 - 2 * fx);
  fy = fy * fy * (3 - 2 * fy);
  float top = lattice(cx, cy, seed) * (1 - fx) + lattice(cx + 1, cy, seed) * fx;
  float bottom = lattice(cx, cy + 1, seed) * (1 - fx) + lattice(cx + 1, cy + 1, seed) * fx;
  return top * (1 - fy) + bottom * fy;
}

static uint8_t video_level(float value) {
  if (value < 16) return 16;
  return value > 235 ? 235 : (uint8_t)(value + 0.5f);
}

// A chart of ever finer lines, in the lower left corner.
static int chart_luma(int x, int y, int width, int height) {
  int left = width / 20, top = height * 7 / 10, chart_width = width / 4, chart_height = height / 5;
  if (x < left || y < top || x >= left + chart_width || y >= top + chart_height) return -1;
  int period = 2 + 14 * (left + chart_width - x) / chart_width;
  return (x - left) / period % 2 ? 210 : 30;
}

uint8_t *render_background(int width, int height) {
  uint8_t *yuyv = malloc((size_t)width * (size_t)height * 2);
  int coarse = width / 16, middle = width / 60, fine = width / 320 + 1;
  int strip = TIMECODE_ROWS * width / TIMECODE_COLUMNS;
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      uint8_t *pixel = yuyv + ((size_t)y * (size_t)width + (size_t)x) * 2;
      if (y < strip) {
        pixel[0] = STRIP_LUMA;
        pixel[1] = 128;
        continue;
      }
      int chart = chart_luma(x, y, width, height);
      float luma = 70 + 80 * (float)x / (float)width + 20 * (float)y / (float)height + 34 * texture(x, y, coarse, 1) +
                   16 * texture(x, y, middle, 2) + 7 * texture(x, y, fine, 3);
      pixel[0] = chart >= 0 ? (uint8_t)chart : video_level(luma);
      pixel[1] = video_level(128 + 40 * texture(x / 2 * 2, y, coarse * 2, x % 2 ? 5 : 4));
    }
  }
  return yuyv;
}

typedef struct {
  float x, y, radius;
  uint8_t luma, cb, cr;
} Ball;

static void draw_ball(uint8_t *yuyv, int width, int height, int strip, Ball ball) {
  int left = (int)(ball.x - ball.radius), top = (int)(ball.y - ball.radius), size = (int)(2 * ball.radius);
  for (int y = top; y <= top + size; y++) {
    for (int x = left; x <= left + size; x++) {
      if (x < 0 || y < strip || x >= width || y >= height) continue;
      float dx = ((float)x - ball.x) / ball.radius, dy = ((float)y - ball.y) / ball.radius;
      float distance = dx * dx + dy * dy;
      if (distance > 1) continue;
      uint8_t *pixel = yuyv + ((size_t)y * (size_t)width + (size_t)x) * 2;
      float shine = 1 - 0.5f * distance;
      pixel[0] = video_level((float)ball.luma * shine + 12 * texture(x - left, y - top, 9, 7));
      pixel[1] = x % 2 ? ball.cr : ball.cb;
    }
  }
}

static void add_sensor_noise(uint8_t *yuyv, int width, int height, int strip, uint32_t seed) {
  uint32_t state = seed * 2654435761u + 1;
  for (size_t i = (size_t)strip * (size_t)width; i < (size_t)width * (size_t)height; i++) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    int luma = yuyv[i * 2] + (int)(state & 3) + (int)(state >> 8 & 3) - 3;
    yuyv[i * 2] = (uint8_t)(luma < 16 ? 16 : luma > 235 ? 235 : luma);
  }
}

void render_picture(const uint8_t *background, int width, int height, int index, uint8_t *yuyv) {
  memcpy(yuyv, background, (size_t)width * (size_t)height * 2);
  int strip = TIMECODE_ROWS * width / TIMECODE_COLUMNS;
  float phase = 2 * (float)M_PI * (float)index / PICTURE_COUNT;
  float middle = (float)(height + strip) / 2, reach = (float)(height - strip) * 0.36f, w = (float)width;
  Ball balls[] = {
      {w * (0.5f + 0.35f * cosf(phase)), middle + reach * sinf(phase), w / 16, 220, 90, 200},
      {w * (0.5f + 0.3f * sinf(2 * phase)), middle + reach * cosf(phase), w / 24, 190, 200, 90},
      {w * (0.7f + 0.2f * sinf(phase)), middle + reach * 0.5f * sinf(3 * phase), w / 32, 150, 70, 80},
      {w * (0.2f + 0.1f * cosf(3 * phase)), middle + reach * 0.8f * cosf(2 * phase), w / 40, 230, 128, 128},
  };
  for (size_t i = 0; i < sizeof balls / sizeof *balls; i++) draw_ball(yuyv, width, height, strip, balls[i]);
  add_sensor_noise(yuyv, width, height, strip, (uint32_t)index + 1);
}
