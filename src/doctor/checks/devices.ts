import { fpsOf, type V4l2Mode } from '../../pipeline/v4l2-mode.js';
import { type Finding, ok, warning } from '../finding.js';
import { groupBy } from '../group-by.js';

/** A `/dev/video*` and what it told. */
export interface DeviceFacts {
  readonly device: string;
  /** What the driver calls it; '' where that can't be read. */
  readonly name: string;
  /** What Lenscast can use. */
  readonly modes: readonly V4l2Mode[];
  /** Why it told nothing; null where it did. */
  readonly trouble: string | null;
}

/** One line for each device that captures, or might. */
export function checkDevices(devices: readonly DeviceFacts[]): readonly Finding[] {
  const cameras = devices.filter((device) => !isOtherNode(device));
  if (cameras.length === 0) {
    return [ok('device', 'no V4L2 camera is plugged in', 'lenscast cameras lists cameras of the network')];
  }
  return cameras.map(({ device, name, modes, trouble }) => {
    const title = name === '' ? device : `${device} ${name}`;
    if (trouble !== null) return warning('device', `${title} tells nothing: ${trouble}`);
    return ok('device', `${title}: ${summarizeModes(modes)}`);
  });
}

/** Cameras have nodes beside the picture's: metadata, codecs. */
export function isOtherNode({ modes, trouble }: DeviceFacts): boolean {
  return (trouble === null && modes.length === 0) || /not a capture device/i.test(trouble ?? '');
}

/** `JPEG 1920x1080@60 1280x720@60, YUY2 640x480@30`: each format's sizes, largest first, with their fastest rate. */
export function summarizeModes(modes: readonly V4l2Mode[]): string {
  const formats = groupBy(modes, ({ format }) => format);
  return [...formats].map(([format, ofFormat]) => `${format} ${sizesOf(ofFormat).join(' ')}`).join(', ');
}

function sizesOf(modes: readonly V4l2Mode[]): readonly string[] {
  const fastest = new Map<string, V4l2Mode>();
  for (const mode of modes) {
    const size = `${mode.width}x${mode.height}`;
    const known = fastest.get(size);
    if (known === undefined || fpsOf(mode) > fpsOf(known)) fastest.set(size, mode);
  }
  return [...fastest]
    .sort(([, a], [, b]) => b.width * b.height - a.width * a.height)
    .map(([size, mode]) => `${size}@${Number(fpsOf(mode).toFixed(2))}`);
}
