import { MjpegClient } from '../../test/support/mjpeg-client.js';
import { oneV4l2Camera, renderV4l2Pictures, type V4l2Cameras } from '../../test/support/v4l2-camera.js';
import { Child } from '../support/children.js';
import { ProcessMeter } from '../support/process-use.js';
import type { Context, Scenario, ScenarioResult } from '../support/report.js';
import { SERVER_CPU, startLenscast } from '../support/servers.js';
import { median } from '../support/statistics.js';

const size = '1920x1080';
const tiers = [
  { name: 'high', caps: 'width=1920,height=1080', fps: 30, quality: 85 },
  { name: 'medium', caps: 'width=1280,height=720', fps: 20, quality: 75 },
  { name: 'low', caps: 'width=640,height=360', fps: 15, quality: 60 },
] as const;

const source = 'v4l2src device=/dev/video0 ! image/jpeg,width=1920,height=1080,framerate=30/1';
const queue = 'queue leaky=downstream max-size-buffers=1 max-size-bytes=0 max-size-time=0';
// Not to wait for each other's first picture: two in one thread would for ever.
const sink = 'fakesink sync=false async=false';
const branches = (scale: string) => {
  const branch = ({ caps, fps, quality }: (typeof tiers)[number]) => {
    const rate = `videorate drop-only=true max-rate=${fps}`;
    return `t. ! ${queue} ! ${rate} ! ${scale} ! video/x-raw,${caps} ! jpegenc quality=${quality} ! ${sink}`;
  };
  return [branch(tiers[0]), branch(tiers[1]), branch(tiers[2])] as const;
};
const lines = (scale: string, decode = 'jpegdec') =>
  `${source} ! ${queue} ! ${decode} ! tee name=t ${branches(scale).join(' ')}`;

const nearest = 'gst-launch: nearest neighbour';

/**
 * The smallest tier made of the one above it. The latter's rate is told: of two limits behind each other the later one
 * would else be taken for both, and the medium tier had 15 pictures a second.
 */
const chained = (between: '' | 'queue ! ') => {
  const [high, medium, low] = branches('videoscale');
  const rated = medium.replace('height=720', `height=720,framerate=${tiers[1].fps}/1`);
  const teed = rated.replace(' ! jpegenc', ` ! tee name=m  m. ! ${between}jpegenc`);
  return `${source} ! ${queue} ! jpegdec ! tee name=t ${high} ${teed} ${low.replace('t. !', 'm. !')}`;
};

/** By what each does otherwise than the first. */
const launched: Readonly<Record<string, string>> = {
  'gst-launch: one decode, a scaler for each tier, I420 throughout': lines('videoscale'),
  [nearest]: lines('videoscale method=nearest-neighbour'),
  'gst-launch: 4 taps': lines('videoscale method=4-tap'),
  'gst-launch: two threads a scaler': lines('videoscale n-threads=2'),
  'gst-launch: the low tier from the medium one': chained('queue ! '),
  'gst-launch: the same, encoded in the thread that scales': chained(''),
  'gst-launch: slow IDCT': lines('videoscale', 'jpegdec idct-method=islow'),
};

const ours = 'Lenscast: three viewers, one of each tier';
type Sample = { readonly what: string; readonly cpuPercent: number };

/** A 1080p30 MJPEG camera in three JPEG tiers: the whole server against gst-launch lines for the same work. */
export const softwareChain: Scenario = {
  name: 'software-chain',
  async run({ quick, progress }: Context): Promise<ScenarioResult> {
    renderV4l2Pictures('MJPG', size);
    const samples: Sample[] = [];
    const seconds = quick ? 3 : 8;
    for (let i = 0; i < (quick ? 1 : 3); i++) {
      for (const what of [ours, ...Object.keys(launched)]) {
        const { cameras } = oneV4l2Camera({ sizes: [size], rates: [30] });
        const line = launched[what];
        const cpuPercent = await (line === undefined
          ? measureServer(cameras, seconds)
          : measureLine(cameras, line, seconds));
        cameras.dispose();
        samples.push({ what, cpuPercent });
        progress(`${what}: ${cpuPercent.toFixed(1)} % of a core`);
      }
    }
    return resultOf(samples);
  },
};

async function measureServer(cameras: V4l2Cameras, seconds: number): Promise<number> {
  const server = await startLenscast({ cameras, tier: 'low' });
  try {
    const clients = await Promise.all(tiers.map(({ name }) => MjpegClient.open(server.url, `/stream?tier=${name}`)));
    const reading = clients.map(drain);
    const use = await cpuOf(server.pid, seconds);
    await Promise.all(clients.map((client) => client.stop()));
    await Promise.all(reading);
    return use;
  } finally {
    await server.stop();
  }
}

async function drain(client: MjpegClient): Promise<void> {
  while (!client.ended) await client.part().catch(() => undefined);
}

async function measureLine(cameras: V4l2Cameras, line: string, seconds: number): Promise<number> {
  const child = new Child('gst-launch-1.0', ['-q', ...line.split(' ')], { cpu: SERVER_CPU, env: cameras.env });
  try {
    return await cpuOf(child.pid, seconds);
  } finally {
    await child.stop();
  }
}

async function cpuOf(pid: number, seconds: number): Promise<number> {
  const meter = new ProcessMeter(pid);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  meter.begin();
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  return meter.end().cpuPercent;
}

function resultOf(samples: readonly Sample[]): ScenarioResult {
  const of = (what: string) => median(samples.filter((one) => one.what === what).map(({ cpuPercent }) => cpuPercent));
  const bilinear = Object.keys(launched).filter((what) => what !== nearest);
  const best = Math.min(...bilinear.map(of));
  return {
    title: 'Three tiers in software',
    notes: [
      "A 1080p30 MJPEG camera to 1080p30, 720p20 and 360p15 JPEGs; medians of interleaved runs, the emulated camera's own thread included.",
      'Lenscast looks at each JPEG of the camera for damage besides, and sends each tier to a viewer; gst-launch throws its JPEGs away.',
      'It is held against the best line but that with nearest neighbour, which costs less and looks it.',
    ],
    tables: [
      {
        title: '',
        columns: ['what', 'CPU of a core'],
        rows: [ours, ...Object.keys(launched)].map((what) => [what, `${of(what).toFixed(1)} %`]),
      },
    ],
    targets: [{ what: 'CPU against the best such line', measured: of(ours) / best, limit: 1.05, unit: '×' }],
    samples,
  };
}
