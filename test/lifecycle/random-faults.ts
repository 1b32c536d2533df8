/** Faults by chance, the same ones for the same seed. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../support/fault-rigs/rig.js';
import type { Scene, SceneCamera } from '../support/fault-rigs/scene.js';
import { until } from '../support/until.js';

const longestFaultMs = 1500;
const longestPauseMs = 300;
// The others begin while the camera is still on its way back from the one before.
const shareThatWaits = 0.7;
const backTimeoutMs = 30_000;

/** Numbers from 0 to 1 that look like chance: mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Strikes the scene's cameras with `count` faults in all, each camera with its own sequence and all at once. Resolves
 * when every cause is gone and every viewer sees pictures; rejects where that takes too long.
 */
export async function strikeAtRandom(scene: Scene, count: number, seed: number): Promise<ReadonlyMap<string, number>> {
  const struck = new Map<string, number>();
  const each = Math.ceil(count / scene.cameras.length);
  const strikeOne = async (camera: SceneCamera, number: number) => {
    const random = seededRandom(seed * 1000 + number);
    for (let i = 0; i < each; i++) {
      const fault = pick(
        camera.rig.faults.filter(({ slowRetry }) => !slowRetry),
        random,
      );
      const name = `${camera.rig.name}, ${fault.name}`;
      struck.set(name, (struck.get(name) ?? 0) + 1);
      await fault.strike();
      await delay(random() * longestFaultMs);
      await fault.repair();
      fault.afterwards?.();
      if (random() < shareThatWaits) await seePictures(camera, `fault ${i}, ${name}, seed ${seed}`);
      await delay(random() * longestPauseMs);
    }
    await seePictures(camera, `the last fault of seed ${seed}`);
    await until(`${camera.id} is live`, async () => (await scene.server.camera(camera.id)).state === 'live');
  };
  await Promise.all(scene.cameras.map(strikeOne));
  return struck;
}

function pick(faults: readonly Fault[], random: () => number): Fault {
  const fault = faults[Math.floor(random() * faults.length)];
  if (fault === undefined) throw new Error('a camera without faults');
  return fault;
}

async function seePictures(camera: SceneCamera, after: string): Promise<void> {
  try {
    await Promise.all(camera.viewers.map((viewer) => viewer.next('live', backTimeoutMs)));
  } catch (error) {
    throw new Error(`after ${after}: ${(error as Error).message}`);
  }
}
