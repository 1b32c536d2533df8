import { describe, expect, it } from 'vitest';
import { checkCameras } from '../../../src/doctor/checks/cameras.js';
import { checkDevices, isOtherNode, summarizeModes } from '../../../src/doctor/checks/devices.js';
import type { V4l2Mode } from '../../../src/pipeline/v4l2-mode.js';

const mode = (format: string, width: number, height: number, fps: number): V4l2Mode => ({
  format,
  width,
  height,
  fps: { numerator: fps, denominator: 1 },
});
const modes = [
  mode('YUY2', 640, 480, 30),
  mode('JPEG', 640, 480, 60),
  mode('JPEG', 1920, 1080, 15),
  mode('JPEG', 1920, 1080, 30),
];

it('summarizes modes: the sizes of a format, largest first, with their fastest rate', () => {
  expect(summarizeModes(modes)).toBe('YUY2 640x480@30, JPEG 1920x1080@30 640x480@60');
  const odd = { ...mode('JPEG', 320, 240, 0), fps: { numerator: 30000, denominator: 1001 } };
  expect(summarizeModes([odd])).toBe('JPEG 320x240@29.97');
});

describe('checkDevices', () => {
  it('has a line for each camera and none for its other nodes', () => {
    const findings = checkDevices([
      { device: '/dev/video0', name: 'ACME Cam', modes, trouble: null },
      { device: '/dev/video1', name: 'ACME Cam', modes: [], trouble: null },
      { device: '/dev/video2', name: '', modes: [], trouble: 'Device "/dev/video2" is not a capture device.' },
      { device: '/dev/video3', name: '', modes: [], trouble: 'this user may not open it' },
    ]);
    expect(findings).toMatchObject([
      { level: 'ok', message: expect.stringMatching(/^\/dev\/video0 ACME Cam: .*JPEG 1920x1080@30/) },
      { level: 'warning', message: '/dev/video3 tells nothing: this user may not open it' },
    ]);
  });

  it('says where there is none', () => {
    expect(checkDevices([])).toMatchObject([{ level: 'ok', message: 'no V4L2 camera is plugged in' }]);
  });
});

it('knows a node that is no camera', () => {
  const node = { device: '/dev/video9', name: 'codec' };
  expect(isOtherNode({ ...node, modes: [], trouble: null })).toBe(true);
  expect(isOtherNode({ ...node, modes, trouble: null })).toBe(false);
  expect(isOtherNode({ ...node, modes: [], trouble: 'busy' })).toBe(false);
});

it('checkCameras has a problem for each that cannot be had', () => {
  const camera = { id: 'front', source: 'rtsp://u:***@h/', mode: null };
  expect(
    checkCameras([
      { ...camera, trouble: null },
      { ...camera, trouble: null, mode: 'will be run at JPEG' },
      { ...camera, trouble: 'h refuses the connection', remedy: 'look' },
    ]),
  ).toEqual([
    { check: 'camera', level: 'ok', message: 'camera front, rtsp://u:***@h/: answers' },
    { check: 'camera', level: 'ok', message: 'camera front, rtsp://u:***@h/: will be run at JPEG' },
    {
      check: 'camera',
      level: 'problem',
      message: 'camera front, rtsp://u:***@h/: h refuses the connection',
      remedy: 'look',
    },
  ]);
});
