import { describe, expect, it } from 'vitest';
import { fpsOf, parseV4l2Mode, pickV4l2Mode, type V4l2Mode } from '../../../src/pipeline/v4l2-mode.js';

function modes(format: string, table: Readonly<Record<string, readonly number[]>>): readonly V4l2Mode[] {
  return Object.entries(table).flatMap(([size, rates]) => {
    const [width = 0, height = 0] = size.split('x').map(Number);
    return rates.map((fps) => ({ format, width, height, fps: { numerator: fps * 2, denominator: 2 } }));
  });
}

/** Logitech C920, as `v4l2-ctl --list-formats-ext` has it, without the smallest sizes. */
const c920 = [
  ...modes('YUY2', {
    '640x480': [30, 24, 20, 15, 10, 7.5, 5],
    '800x448': [30, 24, 20, 15, 10, 7.5, 5],
    '1024x576': [15, 10, 7.5, 5],
    '1280x720': [10, 7.5, 5],
    '1600x896': [7.5, 5],
    '1920x1080': [5],
    '2304x1296': [2],
    '2304x1536': [2],
  }),
  ...modes('JPEG', {
    '640x480': [30, 24, 20, 15, 10, 7.5, 5],
    '800x448': [30, 24, 20, 15],
    '1280x720': [30, 24, 20, 15, 10, 7.5, 5],
    '1600x896': [30, 24, 20, 15, 10, 7.5, 5],
    '1920x1080': [30, 24, 20, 15, 10, 7.5, 5],
  }),
];
/** An old one without JPEG. */
const rawOnly = modes('YUY2', { '640x480': [30, 15], '1280x720': [10, 5], '320x240': [30] });
/** A fast global shutter one. */
const fast = [
  ...modes('JPEG', { '1920x1080': [30, 60], '1280x720': [60, 120], '640x480': [120, 210] }),
  ...modes('YUY2', { '1920x1080': [5], '1280x720': [10], '640x480': [30] }),
];

function pick(list: readonly V4l2Mode[], width: number, height: number, fps: number): string | undefined {
  const mode = pickV4l2Mode(list, { width, height, fps });
  return mode && `${mode.format} ${mode.width}x${mode.height}@${fpsOf(mode)}`;
}

describe('pickV4l2Mode', () => {
  it.each([
    ['C920', c920, 1920, 1080, 30, 'JPEG 1920x1080@30'],
    ['C920', c920, 1280, 720, 30, 'JPEG 1280x720@30'],
    ['C920', c920, 1280, 720, 15, 'JPEG 1280x720@15'],
    ['C920', c920, 640, 360, 15, 'JPEG 640x480@15'],
    ['C920', c920, 640, 480, 30, 'JPEG 640x480@30'],
    // A larger raw picture twice a second is no video.
    ['C920', c920, 2560, 1440, 30, 'JPEG 1920x1080@30'],
    ['C920', c920, 1920, 1080, 60, 'JPEG 1920x1080@30'],
    ['C920', c920, 1920, 1080, 1, 'JPEG 1920x1080@5'],
    ['raw only', rawOnly, 1920, 1080, 30, 'YUY2 1280x720@10'],
    ['raw only', rawOnly, 640, 360, 15, 'YUY2 640x480@15'],
    ['fast', fast, 1920, 1080, 30, 'JPEG 1920x1080@30'],
    ['fast', fast, 1920, 1080, 50, 'JPEG 1920x1080@60'],
    ['fast', fast, 640, 480, 200, 'JPEG 640x480@210'],
  ] as const)('of %s, number %#', (_, list, width, height, fps, expected) => {
    expect(pick(list, width, height, fps)).toBe(expected);
    expect(pick(list.toReversed(), width, height, fps)).toBe(expected);
  });

  it('takes 29.97 for 30', () => {
    const ntsc = { format: 'JPEG', width: 1280, height: 720, fps: { numerator: 30_000, denominator: 1001 } };
    const slower = { ...ntsc, width: 1920, height: 1080 };
    expect(pickV4l2Mode([slower, ntsc], { width: 1280, height: 720, fps: 30 })).toBe(ntsc);
  });

  it('prefers raw formats that need no conversion', () => {
    const size = { '640x480': [30] };
    const list = ['RGB16', 'YUY2', 'NV12', 'BGR'].flatMap((format) => modes(format, size));
    expect(pick(list, 640, 480, 30)).toBe('NV12 640x480@30');
    expect(pick([...modes('RGB16', size), ...modes('YUY2', size)], 640, 480, 30)).toBe('YUY2 640x480@30');
  });

  it('has nothing to pick from nothing', () => {
    expect(pickV4l2Mode([], { width: 640, height: 480, fps: 30 })).toBeUndefined();
  });
});

describe('parseV4l2Mode', () => {
  const rate = { numerator: 30, denominator: 1 };

  it.each([
    [
      'image/jpeg, width=(int)1920, height=(int)1080, pixel-aspect-ratio=(fraction)1/1, framerate=(fraction)30/1',
      { format: 'JPEG', width: 1920, height: 1080, fps: rate },
    ],
    [
      'video/x-raw, format=(string)YUY2, width=(int)640, height=(int)480, framerate=(fraction)15/2',
      { format: 'YUY2', width: 640, height: 480, fps: { numerator: 15, denominator: 2 } },
    ],
    [
      'video/x-raw, format=(string)NV12, width=(int)[ 16, 3280, 2 ], height=(int)[ 16, 2464 ], framerate=(fraction)[ 1/1, 60/1 ]',
      { format: 'NV12', width: 3280, height: 2464, fps: { numerator: 60, denominator: 1 } },
    ],
    [
      'image/jpeg, width=(int)640, height=(int)480, framerate=(fraction)[ 0/1, 2147483647/1 ]',
      { format: 'JPEG', width: 640, height: 480, fps: rate },
    ],
    [
      'image/jpeg, width=(int)640, height=(int)480, framerate=(fraction)0/1',
      { format: 'JPEG', width: 640, height: 480, fps: rate },
    ],
    ['image/jpeg, width=(int)640, height=(int)480', { format: 'JPEG', width: 640, height: 480, fps: rate }],
  ])('reads %s', (caps, mode) => {
    expect(parseV4l2Mode(caps)).toEqual(mode);
  });

  it.each([
    'video/x-h264, stream-format=(string)byte-stream, width=(int)1920, height=(int)1080',
    'video/x-bayer, format=(string)rggb, width=(int)640, height=(int)480',
    'video/x-raw, format=(string)YUY2',
    'video/x-raw, width=(int)640, height=(int)480',
    'video/x-raw(memory:DMABuf), format=(string)DMA_DRM, drm-format=(string)YUYV, width=(int)640, height=(int)480',
    'image/jpeg',
    '',
  ])('can not use %s', (caps) => {
    expect(parseV4l2Mode(caps)).toBeNull();
  });
});
