import { describe, expect, it } from 'vitest';
import type { HardwareUse } from '../../../src/camera/acceleration.js';
import type { PipelineFault } from '../../../src/camera/cause.js';
import { blameHardware, causeOfHardware, StallWatch } from '../../../src/camera/hardware-fault.js';

const hardware: HardwareUse = {
  factories: ['nvv4l2decoder', 'nvvidconv', 'nvv4l2h264enc'],
  metered: new Map([
    ['decode', 'nvv4l2decoder'],
    ['h264encode_low', 'nvv4l2h264enc'],
  ]),
  startTimeoutMs: 1000,
};
const fault = (init: Partial<PipelineFault>): PipelineFault => ({
  ...{ element: 'x', factory: 'x', domain: 'gst-resource-error-quark', number: 1, message: 'no', debug: '' },
  ...init,
});

describe('blameHardware', () => {
  it('blames the element that says so', () => {
    const blamed = blameHardware(hardware, fault({ factory: 'nvv4l2h264enc', message: 'the driver is gone' }));
    expect(blamed).toEqual({ factories: ['nvv4l2h264enc'], reason: 'the driver is gone' });
    expect(blamed && causeOfHardware(blamed)).toEqual({
      code: 'hardware',
      message: 'nvv4l2h264enc: the driver is gone',
      permanent: false,
    });
  });

  it('blames all of them for a crash, and for caps that somebody refused', () => {
    const crash = fault({ domain: 'lenscast-process', message: "the camera's process died: SIGSEGV" });
    expect(blameHardware(hardware, crash)?.factories).toEqual(hardware.factories);
    const refused = fault({ factory: 'v4l2src', debug: 'streaming stopped, reason not-negotiated (-4)' });
    expect(blameHardware(hardware, refused)?.factories).toEqual(hardware.factories);
  });

  it('blames none for what the camera does, and where there is none', () => {
    expect(blameHardware(hardware, fault({ factory: 'rtspsrc' }))).toBeNull();
    expect(blameHardware(null, fault({ factory: 'nvv4l2h264enc' }))).toBeNull();
  });
});

describe('StallWatch', () => {
  const meters = (decode: readonly [number, number], encode: readonly [number, number]) => {
    const stats = ([taken, out]: readonly [number, number]) => ({ in: taken, out, timed: 0, busyMs: 0 });
    return { decode: stats(decode), h264encode_low: stats(encode) };
  };

  it('finds an element that takes a frame and gives none', () => {
    const watch = new StallWatch(hardware);
    expect(watch.look(meters([5, 5], [5, 5]), 0)).toBeNull();
    expect(watch.look(meters([9, 9], [6, 5]), 250)).toBeNull();
    expect(watch.look(meters([12, 12], [6, 5]), 900)).toBeNull();
    expect(watch.look(meters([15, 15], [6, 5]), 1000)?.factories).toEqual(['nvv4l2h264enc']);
  });

  it('names the first of several: what is behind it starves', () => {
    const watch = new StallWatch(hardware);
    watch.look(meters([5, 5], [5, 5]), 0);
    watch.look(meters([6, 5], [6, 5]), 100);
    expect(watch.look(meters([6, 5], [6, 5]), 900)?.factories).toEqual(['nvv4l2decoder']);
  });

  it('lets an encoder rest with the frames that it always has in hand', () => {
    const watch = new StallWatch(hardware);
    for (let at = 0; at < 1000; at += 250) expect(watch.look(meters([at, at], [at + 2, at]), at)).toBeNull();
    for (let at = 1000; at < 5000; at += 250) expect(watch.look(meters([1000, 1000], [752, 750]), at)).toBeNull();
  });

  it('gives an element as long for its first frame as a start may take', () => {
    const watch = new StallWatch(hardware);
    expect(watch.look(meters([1, 0], [0, 0]), 0)).toBeNull();
    expect(watch.look(meters([1, 0], [0, 0]), 900)).toBeNull();
    expect(watch.look(meters([1, 0], [0, 0]), 1000)?.factories).toEqual(['nvv4l2decoder']);
  });

  it('does not blame it for what it holds back while nobody watches', () => {
    const watch = new StallWatch(hardware);
    watch.look(meters([5, 5], [5, 5]), 0);
    expect(watch.look(meters([6, 5], [5, 5]), 100)).toBeNull();
    watch.pause();
    expect(watch.look(meters([6, 5], [5, 5]), 5000)).toBeNull();
    expect(watch.look(meters([6, 5], [5, 5]), 5700)?.factories).toEqual(['nvv4l2decoder']);
  });

  it('bears one that is slow', () => {
    const watch = new StallWatch(hardware);
    for (let at = 0; at < 5000; at += 250) {
      const out = Math.floor(at / 500);
      expect(watch.look(meters([at, at], [out + 1, out]), at)).toBeNull();
    }
  });
});
