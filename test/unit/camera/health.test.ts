import { describe, expect, it } from 'vitest';
import { findAilment, findLoss, findUndecodable, promisedFps, type SourceWindow } from '../../../src/camera/health.js';

function source(init: Partial<SourceWindow> = {}): SourceWindow {
  return { spanMs: 2000, fps: 30, good: 60, corrupt: 0, damaged: 0, promisedFps: 30, ...init };
}

describe('findAilment', () => {
  it('finds nothing wrong with a camera that keeps its promise, or promised nothing', () => {
    expect(findAilment(source())).toBeNull();
    expect(findAilment(source({ fps: 15, good: 30 }))).toBeNull();
    expect(findAilment(source({ fps: 0.2, good: 0, promisedFps: null }))).toBeNull();
  });

  it('names few frames', () => {
    const cause = findAilment(source({ fps: 14.9, good: 30 }));
    expect(cause).toEqual({
      code: 'few-frames',
      message: 'only 14.9 of 30 frames a second come',
      permanent: false,
    });
  });

  it('names broken pictures, from a tenth on, before all else', () => {
    expect(findAilment(source({ corrupt: 6, good: 60 }))).toBeNull();
    expect(findAilment(source({ corrupt: 7, good: 60, fps: 3 }))).toMatchObject({
      code: 'broken-frames',
      message: '7 of the last 67 pictures came broken',
    });
  });

  it('names pictures that were overwritten, from a tenth on', () => {
    expect(findAilment(source({ damaged: 5 }))).toBeNull();
    expect(findAilment(source({ damaged: 6 }))).toMatchObject({
      code: 'damaged-frames',
      message: '6 of the last 60 pictures came damaged',
    });
  });

  it('waits for a second and a half before it judges', () => {
    expect(findAilment(source({ spanMs: 1499, corrupt: 60, good: 0, fps: 0 }))).toBeNull();
    expect(findAilment(source({ spanMs: 1500, corrupt: 60, good: 0, fps: 0 }))).not.toBeNull();
  });
});

describe('findLoss', () => {
  it('takes a camera for lost whose pictures all come broken, and no other', () => {
    expect(findLoss({ brokenInARow: 5, goodMsAgo: 700 })).toEqual({
      code: 'broken-frames',
      message: 'every picture comes broken, 5 in a row',
      permanent: false,
    });
    expect(findLoss({ brokenInARow: 4, goodMsAgo: 60_000 })).toBeNull();
    expect(findLoss({ brokenInARow: 21, goodMsAgo: 699 })).toBeNull();
    expect(findLoss({ brokenInARow: 0, goodMsAgo: 60_000 })).toBeNull();
  });
});

describe('findUndecodable', () => {
  it('takes a camera for lost where no tier has a picture', () => {
    expect(findUndecodable({ watched: 2, silent: ['high', 'low'], longestMs: 2600 })).toEqual({
      isLost: true,
      cause: {
        code: 'undecodable',
        message: 'frames come, but no picture can be made of them for 2.6 s',
        permanent: false,
      },
    });
  });

  it('names the tiers that have none while others have', () => {
    expect(findUndecodable({ watched: 2, silent: ['low'], longestMs: 3000 })).toMatchObject({
      isLost: false,
      cause: { code: 'undecodable', message: 'frames come, but tier low gets no picture for 3.0 s' },
    });
    expect(findUndecodable({ watched: 2, silent: [], longestMs: 0 })).toBeNull();
  });
});

describe('promisedFps', () => {
  it.each([
    ['video/x-raw, format=(string)I420, framerate=(fraction)30/1', 30],
    ['image/jpeg, framerate=(fraction)30000/1001, width=(int)640', 30_000 / 1001],
    ['image/jpeg, framerate=(fraction)0/1', null],
    ['image/jpeg, framerate=(fraction)2147483647/1', null],
    ['image/jpeg, framerate=(fraction)30/0', null],
    ['image/jpeg', null],
    ['', null],
  ])('reads %j', (caps, fps) => {
    expect(promisedFps(caps)).toBe(fps);
  });
});
