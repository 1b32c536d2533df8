import { describe, expect, it } from 'vitest';
import { someTroubles } from '../../support/chips.js';
import { endAfterTest } from '../../support/cleanup.js';
import { FakeHardware, type Trouble } from '../../support/fake-hardware.js';
import { HttpCamera } from '../../support/http-camera.js';
import { MjpegClient } from '../../support/mjpeg-client.js';
import { type CameraView, Server } from '../../support/server.js';
import { until } from '../../support/until.js';
import { oneV4l2Camera } from '../../support/v4l2-camera.js';
import { WhepViewer } from '../../support/whep-viewer.js';

interface JobView {
  readonly element: string;
  readonly hardware: boolean;
  readonly fallback_reason: string | null;
}
type AcceleratedView = CameraView & { readonly acceleration: Readonly<Record<string, JobView | null>> };

const slowMs = 60_000;

interface Scene {
  readonly chip: FakeHardware;
  readonly server: Server;
  acceleration(): Promise<AcceleratedView['acceleration']>;
  reach(what: string, condition: (view: AcceleratedView) => boolean): Promise<AcceleratedView>;
}

interface SceneOptions {
  readonly isolation?: 'none' | 'process';
  /** An HTTP camera by default. */
  readonly isV4l2?: boolean;
}

/** A server on a Jetson whose camera's format was probed, and that has no pipeline at this moment. */
async function probedServer({ isolation = 'none', isV4l2 = false }: SceneOptions = {}): Promise<Scene> {
  const chip = endAfterTest(new FakeHardware('jetson'), (one) => one.dispose());
  const { source, env } = isV4l2 ? v4l2Source() : await httpSource();
  // The second one is a second session of the encoder of H.264.
  const tiers = 'tiers: { low: { width: 160, height: 120, fps: 30 }, least: { width: 80, height: 60, fps: 30 } }';
  const front = `{ source: "${source}", isolation: ${isolation}, linger_ms: 0, ${tiers} }`;
  const config = `cameras:\n  front: ${front}\n`;
  const server = endAfterTest(await Server.start({ config, env: { ...env, ...chip.env } }), (one) => one.stop());
  const view = () => server.json<AcceleratedView>('/api/cameras/front');
  const reach = (what: string, condition: (view: AcceleratedView) => boolean) =>
    until(
      what,
      async () => {
        const now = await view();
        return condition(now) && now;
      },
      slowMs,
    );
  const first = await MjpegClient.open(server.url, '/stream?tier=low');
  await first.part();
  expect((await view()).acceleration.jpeg?.hardware).not.toBe(true);
  await until('the probe', () => server.logs.includes('can be used'), slowMs);
  await reach('what was found', ({ acceleration }) => {
    return acceleration.jpeg?.fallback_reason === "nvjpegenc: it works, and is used from the pipeline's next start";
  });
  await first.stop();
  await reach('no pipeline', ({ state }) => state === 'idle');
  return { chip, server, reach, acceleration: async () => (await view()).acceleration };
}

async function httpSource() {
  const camera = endAfterTest(await HttpCamera.start({ width: 320, height: 240, fps: 30 }), (one) => one.stop());
  return { source: camera.url, env: {} };
}

function v4l2Source() {
  const { cameras, camera } = oneV4l2Camera({ sizes: ['640x480'], rates: [30], formats: ['MJPG'] });
  endAfterTest(cameras, (all) => all.dispose());
  return { source: `v4l2:${camera.device}`, env: cameras.env };
}

const linesOf = ({ server }: Scene, words: string) => server.logs.split('\n').filter((line) => line.includes(words));

const jetson = { decode: 'nvv4l2decoder', scale: 'nvvidconv', jpeg: 'nvjpegenc', h264: 'nvv4l2h264enc' } as const;
type BrokenJob = 'decode' | 'jpeg' | 'h264';

/** Somebody watches the job's product; tells how many frames came. */
async function watchFor(job: BrokenJob, { server }: Scene): Promise<{ sees(frames: number): Promise<void> }> {
  if (job === 'h264') {
    const viewer = endAfterTest(await WhepViewer.watch(`${server.url}/cameras/front/whep?tier=low`), (one) =>
      one.close(),
    );
    return { sees: (frames) => viewer.sees(viewer.pictures + frames) };
  }
  const viewer = endAfterTest(await MjpegClient.open(server.url, '/stream?tier=low'), (one) => one.stop());
  return {
    sees: async (frames) => {
      for (let seen = 0; seen < frames; seen++) await viewer.part();
      expect(viewer.ended).toBe(false);
    },
  };
}

describe('a server on a board with a chip', () => {
  it('begins in software and goes to the chip at the next start; what was found is kept for the next server', async () => {
    const scene = await probedServer();
    const viewer = await watchFor('jpeg', scene);
    await viewer.sees(20);
    for (const [job, element] of Object.entries(jetson)) {
      expect((await scene.acceleration())[job]).toEqual({ element, hardware: true, fallback_reason: null });
    }
    expect(await scene.server.metric('lenscast_hardware_used{camera="front",job="jpeg"}')).toBe(1);
    expect(await scene.server.metric('lenscast_hardware_fallbacks_total{camera="front"}')).toBe(0);
  });

  const whilePlaying: readonly (readonly [BrokenJob, Trouble])[] = [
    ['decode', 'error-at-17'],
    ['jpeg', 'error-at-17'],
    ['h264', 'error-at-17'],
    ['decode', 'stall-at-17'],
    ['jpeg', 'stall-at-17'],
    ['h264', 'stall-at-17'],
  ];
  it.each(someTroubles(whilePlaying, 2))('%s with %s: its viewer sees the camera in software', async (job, trouble) => {
    const scene = await probedServer();
    const viewer = await watchFor(job, scene);
    await viewer.sees(20);
    const element = jetson[job];
    scene.chip.trouble({ [element]: trouble });
    const view = await scene.reach(`${job} in software`, ({ acceleration, state }) => {
      return acceleration[job]?.hardware === false && state === 'live';
    });
    expect(view.acceleration[job]?.fallback_reason).toMatch(
      trouble === 'error-at-17' ? /the fake chip fails as it was told; it rests/ : /it stalled.*; it rests/,
    );
    await viewer.sees(20);
    // One outage is all that its viewer saw, and it isn't given up for that.
    expect(linesOf(scene, 'hardware failed')).toHaveLength(1);
    expect(linesOf(scene, 'front: recovering')).toHaveLength(1);
    expect(await scene.server.metric('lenscast_hardware_fallbacks_total{camera="front"}')).toBe(1);
    // What does its own work well goes on with it.
    const others = (Object.keys(jetson) as (keyof typeof jetson)[]).filter((other) => other !== job);
    for (const other of others) expect(view.acceleration[other]?.hardware).toBe(true);
    expect(scene.server.running).toBe(true);
  });

  const atStart: readonly (readonly [BrokenJob, Trouble])[] = [
    ['decode', 'refuse-caps'],
    ['jpeg', 'refuse-caps'],
    ['h264', 'refuse-caps'],
    ['decode', 'hang-start'],
    ['jpeg', 'hang-start'],
    ['h264', 'hang-start'],
    ['decode', 'stall-at-once'],
    ['jpeg', 'stall-at-once'],
    ['h264', 'stall-at-once'],
    ['h264', 'one-session'],
  ];
  const reasons: Partial<Record<Trouble, RegExp>> = {
    'refuse-caps': /refused its caps/,
    'hang-start': /start hung/,
    'stall-at-once': /it stalled/,
    'one-session': /no session to spare/,
  };
  it.each(someTroubles(atStart, 7))(
    '%s with %s at its next start: its viewer sees the camera in software',
    async (job, trouble) => {
      const scene = await probedServer();
      scene.chip.trouble({ [jetson[job]]: trouble });
      const viewer = await watchFor(job, scene);
      const view = await scene.reach(`${job} in software`, ({ acceleration, state }) => {
        return acceleration[job]?.hardware === false && state === 'live';
      });
      expect(view.acceleration[job]?.fallback_reason).toMatch(reasons[trouble] ?? /none/);
      await viewer.sees(20);
      expect(linesOf(scene, 'hardware failed')).toHaveLength(1);
      expect(linesOf(scene, 'front: recovering')).toHaveLength(1);
      expect(await scene.server.metric('lenscast_hardware_fallbacks_total{camera="front"}')).toBe(1);
      scene.chip.trouble({});
      // A start that comes back after all was slow, and is worth a second one.
      await scene.reach('a second chance', ({ acceleration }) => {
        return acceleration[job]?.fallback_reason?.includes('it rests and has a second chance') === true;
      });
      expect(linesOf(scene, 'set aside')).toEqual([]);
    },
  );

  const jobs: readonly (readonly [BrokenJob])[] = [['decode'], ['jpeg'], ['h264']];
  it.each(someTroubles(jobs, 0))(
    '%s that crashes the process of its camera: the server and its viewers live',
    async (job) => {
      const scene = await probedServer({ isolation: 'process' });
      const viewer = await watchFor(job, scene);
      await viewer.sees(20);
      scene.chip.trouble({ [jetson[job]]: 'segv' });
      const view = await scene.reach(`${job} in software`, ({ acceleration, state }) => {
        return acceleration[job]?.hardware === false && state === 'live';
      });
      expect(view.acceleration[job]?.fallback_reason).toMatch(/SIGSEGV/);
      await viewer.sees(20);
      expect(linesOf(scene, 'hardware failed')).toHaveLength(1);
      expect(scene.server.running).toBe(true);
    },
  );

  const whileHeld: readonly (readonly [BrokenJob, Trouble])[] = [
    ['jpeg', 'stall-at-17'],
    ['decode', 'stall-at-17'],
    ['h264', 'hang-start'],
  ];
  it.each(someTroubles(whileHeld, 0))(
    '%s with %s takes no device along: who must have it alone has it again at once',
    async (job, trouble) => {
      const scene = await probedServer({ isV4l2: true });
      if (trouble === 'hang-start') scene.chip.trouble({ [jetson[job]]: trouble });
      const viewer = await watchFor(job, scene);
      if (trouble !== 'hang-start') {
        await viewer.sees(20);
        scene.chip.trouble({ [jetson[job]]: trouble });
      }
      await scene.reach(`${job} in software`, ({ acceleration, state }) => {
        return acceleration[job]?.hardware === false && state === 'live';
      });
      await viewer.sees(20);
      expect(await scene.server.metric('lenscast_pipelines_abandoned')).toBe(1);
      expect(linesOf(scene, 'another program uses')).toEqual([]);
      scene.chip.trouble({});
      await until(
        'what was abandoned has ended',
        async () => (await scene.server.metric('lenscast_pipelines_abandoned')) === 0,
      );
    },
  );
});
