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
  /** How many came out, and how many went in since. */
  type Seen = readonly [out: number, sinceOut: number];

  function startWatch() {
    const watch = new StallWatch(hardware);
    const stats = ([out, sinceOut]: Seen) => ({ in: out + sinceOut, out, sinceOut, timed: 0, busyMs: 0 });
    /** Of a camera of so many frames a second. */
    const look = (decode: Seen, encode: Seen, nowMs: number, fps = 30) =>
      watch.look({ decode: stats(decode), h264encode_low: stats(encode) }, Math.floor((fps * nowMs) / 1000), nowMs);
    return { watch, look };
  }

  it('finds an element that takes a frame and gives none', () => {
    const { look } = startWatch();
    expect(look([5, 0], [5, 0], 0)).toBeNull();
    expect(look([9, 0], [5, 1], 250)).toBeNull();
    expect(look([12, 0], [5, 1], 900)).toBeNull();
    expect(look([15, 0], [5, 1], 1000)?.factories).toEqual(['nvv4l2h264enc']);
  });

  it('finds one that stalls before it is looked at again, on its second frame', () => {
    const { look } = startWatch();
    expect(look([0, 0], [0, 0], 0)).toBeNull();
    expect(look([1, 3], [1, 0], 100)).toBeNull();
    expect(look([1, 3], [1, 0], 799)).toBeNull();
    expect(look([1, 3], [1, 0], 800)?.factories).toEqual(['nvv4l2decoder']);
  });

  it('names the first of several: what is behind it starves', () => {
    const { look } = startWatch();
    look([5, 0], [5, 0], 0);
    look([5, 1], [5, 1], 100);
    expect(look([5, 1], [5, 1], 900)?.factories).toEqual(['nvv4l2decoder']);
  });

  it('lets an encoder rest with the frames that it always has in hand', () => {
    const { watch, look } = startWatch();
    for (let at = 0; at < 1000; at += 250) expect(look([at, 0], [at, 0], at)).toBeNull();
    const held = { in: 752, out: 750, sinceOut: 0, timed: 0, busyMs: 0 };
    for (let at = 1000; at < 5000; at += 250) {
      expect(watch.look({ decode: { ...held, in: 750 }, h264encode_low: held }, at, at)).toBeNull();
    }
  });

  it('gives an element as long for its first frame as a start may take', () => {
    const { look } = startWatch();
    expect(look([0, 1], [0, 0], 0)).toBeNull();
    expect(look([0, 1], [0, 0], 900)).toBeNull();
    expect(look([0, 1], [0, 0], 1000)?.factories).toEqual(['nvv4l2decoder']);
  });

  it('gives it some frames of a slow camera: those that it keeps, or leaves out', () => {
    const { look } = startWatch();
    const fps = 0.5;
    for (let at = 0; at < 6000; at += 100) expect(look([0, 1], [0, 0], at, fps)).toBeNull();
    expect(look([0, 4], [0, 0], 6000, fps)?.factories).toEqual(['nvv4l2decoder']);
  });

  it('does not blame it for what it holds back while nobody watches', () => {
    const { watch, look } = startWatch();
    look([5, 0], [5, 0], 0);
    expect(look([5, 1], [5, 0], 100)).toBeNull();
    watch.pause();
    expect(look([5, 1], [5, 0], 5000)).toBeNull();
    expect(look([5, 1], [5, 0], 5700)?.factories).toEqual(['nvv4l2decoder']);
  });

  it('bears one that is slow', () => {
    const { look } = startWatch();
    for (let at = 0; at < 5000; at += 250) {
      const out = Math.floor(at / 500);
      expect(look([at, 0], [out, 1], at)).toBeNull();
    }
  });
});
