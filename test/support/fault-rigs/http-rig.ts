import { HttpCamera, type HttpCameraFault } from '../http-camera.js';
import type { Fault, Rig } from './rig.js';

const usual = { width: 320, height: 240 } as const;

/** A network camera that sends MJPEG over HTTP. */
export async function httpRig(): Promise<Rig> {
  let camera = await HttpCamera.start(usual);
  const { port, url } = camera;
  const repair = () => {
    camera.fault = 'none';
  };
  const down = ['recovering', 'failed'];
  const answers = (name: string, fault: HttpCameraFault, words: RegExp): Fault => ({
    name,
    kind: 'error',
    states: down,
    words,
    strike: () => {
      camera.fault = fault;
    },
    repair,
  });
  const silence = (name: string, fault: HttpCameraFault): Fault => ({
    ...answers(name, fault, /no frame (for|within) \d+\.\d s/),
    kind: 'silence',
  });
  const list: readonly Fault[] = [
    {
      name: 'stopped',
      kind: 'error',
      states: down,
      words: /127\.0\.0\.1:\d+ (closed|refuses) the connection|ended the stream/,
      strike: () => camera.stop(),
      repair: async () => {
        camera = await HttpCamera.start({ ...usual, port });
      },
    },
    answers('404', 'not-found', /404 from the camera/),
    answers('500', 'server-error', /500 from the camera/),
    answers('HTML', 'html', /text\/html instead of an MJPEG stream/),
    silence('silence', 'silence'),
    silence('half a part and silence', 'half-part-then-silence'),
    answers('half a part and the end', 'half-part-then-close', /ended the stream|closed the connection/),
    { ...answers('every JPEG cut', 'cut-jpegs', /picture.* broken/), kind: 'silence' },
    {
      ...answers('pictures that nothing can decode', 'undecodable', /frames come, but no picture/),
      kind: 'silence',
    },
  ];
  return { name: 'HTTP', source: url, query: 'tier=low&extra_headers=1', faults: list, stop: () => camera.stop() };
}
