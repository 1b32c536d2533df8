import { RtspCamera, type RtspCameraOptions } from '../rtsp-camera.js';
import type { Fault, Rig } from './rig.js';

const usual: RtspCameraOptions = { width: 320, height: 192, gop: 15, user: 'viewer', password: 'open-sesame' };

/** A network camera over RTSP, with a password. */
export async function rtspRig(): Promise<Rig> {
  let camera = await RtspCamera.start(usual);
  const { port } = camera;
  const source = camera.urlWithCredentials;
  const restart = async (options: RtspCameraOptions = {}) => {
    await camera.kill();
    camera = await RtspCamera.start({ ...usual, ...options, port });
  };
  const down = ['recovering', 'failed'];
  // The last one where it hadn't read all that was sent to it.
  const refused = /127\.0\.0\.1(:\d+)? (closed|refuses) the connection|the connection to 127\.0\.0\.1:\d+ broke/;
  const followed = (name: string, options: RtspCameraOptions): Fault => ({
    name,
    kind: 'error',
    states: down,
    words: refused,
    passes: true,
    strike: () => restart(options),
    repair: () => {},
  });
  const list: readonly Fault[] = [
    {
      name: 'killed',
      kind: 'error',
      states: down,
      words: refused,
      strike: () => camera.kill(),
      repair: () => restart(),
    },
    {
      name: 'stopped: a black hole',
      kind: 'silence',
      states: down,
      words: /no frame for \d+\.\d s|can be reached, but gives no frames/,
      strike: () => camera.pause(),
      repair: () => camera.resume(),
    },
    {
      name: 'answers, but sends no frames',
      kind: 'silence',
      states: down,
      words: /no frame (for|within) \d+\.\d s/,
      strike: () => camera.stall(),
      repair: () => camera.unstall(),
    },
    followed('restarted with another resolution', { width: 640, height: 368 }),
    followed('restarted with another codec', { codec: 'h265' }),
    {
      name: 'restarted with another password',
      kind: 'error',
      states: ['failed'],
      words: /401 from the camera/,
      slowRetry: true,
      strike: () => restart({ password: 'another' }),
      repair: () => restart(),
    },
  ];
  return {
    name: 'RTSP',
    source,
    query: 'tier=low&extra_headers=1',
    faults: list,
    stop: () => camera.stop(),
  };
}
