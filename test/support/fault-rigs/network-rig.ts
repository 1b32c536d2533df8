import { NetworkNamespace } from '../network-namespace.js';
import { RtspCamera } from '../rtsp-camera.js';
import type { Rig } from './rig.js';

/** A network camera behind a cable that can be pulled; needs root. */
export async function networkRig(): Promise<Rig> {
  const network = new NetworkNamespace();
  const { address, name: namespace } = network;
  const camera = await RtspCamera.start({ width: 320, height: 192, gop: 15, address, namespace });
  return {
    name: 'network',
    source: camera.url,
    query: 'tier=low&extra_headers=1',
    faults: [
      {
        name: 'interface down',
        kind: 'silence',
        states: ['recovering'],
        // A network takes three seconds to say that nobody is there, and longer where somebody just was.
        words: new RegExp(`no route to ${address}|${address}:\\d+ does not answer`),
        strike: () => network.down(),
        repair: () => network.up(),
      },
    ],
    stop: async () => {
      await camera.kill();
      network.dispose();
    },
  };
}
