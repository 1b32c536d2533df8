/** Faults by chance in a row, and what they leave behind. */
import { Scene } from '../support/fault-rigs/scene.js';
import { until } from '../support/until.js';
import { type Figures, figuresOf, isBack } from './figures.js';
import { strikeAtRandom } from './random-faults.js';

export interface FaultOutcome {
  readonly name: string;
  readonly before: Figures;
  readonly after: Figures;
  readonly seconds: number;
  readonly told: string;
  readonly isBack: boolean;
}

const viewers = 2;
// What caches, arenas and compiled code come to is only known after several hundred faults.
const warmUpShare = 0.5;
const growthTolerated = 0.05;

/** Three cameras fail at once, each with a sequence of its own that depends on the seed alone. */
export async function soakWithFaults(count: number, seed: number): Promise<FaultOutcome> {
  const scene = await Scene.open({ rigs: ['v4l2', 'rtsp', 'http'], viewers, settings: 'linger_ms: 50' });
  try {
    await strikeAtRandom(scene, Math.ceil(count * warmUpShare), seed + 1);
    const before = await rest(scene);
    await scene.watch();
    const startMs = performance.now();
    const struck = await strikeAtRandom(scene, count, seed);
    const seconds = (performance.now() - startMs) / 1000;
    const liveFrames = await scene.server.metric('lenscast_live_frames');
    const { closed } = scene;
    await rest(scene);
    const settled = async () => isBack(await figuresOf(scene.server), before);
    await until('all is where it was', settled, 20_000).catch(() => undefined);
    const after = await figuresOf(scene.server);
    const grown = after.residentBytes / before.residentBytes - 1;
    const times = [...struck.values()].reduce((sum, each) => sum + each, 0);
    return {
      name: `${times} random faults of ${struck.size} kinds, seed ${seed}`,
      before,
      after,
      seconds,
      told: `all live at the end with ${liveFrames} live frames, ${closed} connections closed, memory ${(100 * grown).toFixed(1)} %`,
      isBack: isBack(after, before) && grown <= growthTolerated && closed === 0,
    };
  } finally {
    await scene.stop();
  }
}

async function rest(scene: Scene): Promise<Figures> {
  await scene.leave();
  await until('rest', async () => (await figuresOf(scene.server)).pipelines === 0, 30_000);
  return figuresOf(scene.server);
}
