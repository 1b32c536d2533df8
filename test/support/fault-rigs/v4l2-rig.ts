import type { Faults } from '../faults.js';
import type { V4l2Camera } from '../v4l2-camera.js';
import type { Fault, Rig } from './rig.js';

/** A USB camera; `faults` are those of the server that uses it. */
export function v4l2Rig(camera: V4l2Camera, faults: Faults): Rig {
  const match = camera.device;
  const resume = () => camera.resume();
  const down = ['recovering', 'failed'];
  const list: readonly Fault[] = [
    {
      name: 'unplugged',
      kind: 'error',
      states: down,
      words: new RegExp(`${camera.device} is gone`),
      strike: () => camera.unplug(),
      repair: () => camera.plug(),
    },
    {
      name: 'stalled',
      kind: 'silence',
      states: down,
      words: /no frame (for|within) \d+\.\d s/,
      strike: () => camera.stall(),
      repair: resume,
    },
    {
      name: 'every JPEG cut',
      kind: 'silence',
      states: down,
      words: /picture.* broken/,
      strike: () => camera.truncate(),
      repair: resume,
    },
    {
      name: 'every second JPEG cut',
      kind: 'silence',
      states: ['degraded'],
      words: /\d+ of the last \d+ pictures came broken/,
      framesGoOn: true,
      strike: () => camera.truncate(2),
      repair: resume,
    },
    {
      name: 'every second JPEG damaged',
      kind: 'silence',
      states: ['degraded'],
      words: /\d+ of the last \d+ pictures came damaged/,
      framesGoOn: true,
      strike: () => camera.corrupt(2),
      repair: resume,
    },
    {
      name: 'every JPEG damaged',
      kind: 'silence',
      states: ['degraded'],
      words: /\d+ of the last \d+ pictures came damaged/,
      framesGoOn: true,
      strike: () => camera.corrupt(),
      repair: resume,
    },
    {
      name: 'an element that fails',
      kind: 'error',
      states: down,
      words: /the test plugin fails as it was told/,
      passes: true,
      strike: () => faults.strike('error', { match }),
      repair: () => faults.clear(),
    },
    {
      name: 'an element that blocks',
      kind: 'silence',
      states: down,
      words: /no frame (for|within) \d+\.\d s/,
      strike: () => faults.order('hang', { match }),
      repair: () => faults.clear(),
    },
    {
      name: 'unplugged while the pipeline refuses to stop',
      kind: 'error',
      states: down,
      words: new RegExp(`${camera.device} is gone`),
      strike: () => {
        faults.order('hang-stop', { match });
        camera.unplug();
      },
      // The pipeline goes on hanging: the camera comes back without it.
      repair: () => camera.plug(),
      afterwards: () => faults.clear(),
    },
  ];
  return {
    name: 'V4L2',
    source: `v4l2:${camera.device}`,
    query: 'tier=source',
    faults: list,
    stop: async () => {
      faults.clear();
      camera.resume();
      camera.plug();
    },
  };
}
