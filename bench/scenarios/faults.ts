import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../../test/support/fault-rigs/rig.js';
import { type RigKind, Scene, type SceneCamera } from '../../test/support/fault-rigs/scene.js';
import { type Trial, tryFault } from '../../test/support/fault-rigs/trial.js';
import { NetworkNamespace } from '../../test/support/network-namespace.js';
import { type FaultSample, readmeOf, tableOf, targetsOf } from '../support/fault-report.js';
import type { Context, Scenario, ScenarioResult } from '../support/report.js';
import { SERVER_CPU } from '../support/servers.js';

const viewers = 20;
const tries = 20;
const triesWhereSlow = 5;
const longestHoldMs = 2000;
const controlMs = 2000;

/** Everything that goes wrong with cameras, made for real: how soon it is told and shown, and how soon it is over. */
export const faults: Scenario = {
  name: 'faults',
  page: 'faults',
  readme: readmeOf,
  async run({ quick, progress }: Context): Promise<ScenarioResult> {
    const kinds: readonly RigKind[] = [
      'v4l2',
      'rtsp',
      'http',
      ...(NetworkNamespace.isPossible ? ['network' as const] : []),
    ];
    const times = quick ? 2 : tries;
    // Each camera in a server of its own, so that their time passes at once.
    const samples = (await Promise.all(kinds.map((kind) => tryAll(kind, times, progress)))).flat();
    return {
      title: 'Faults',
      notes: [
        `${viewers} viewers watch the camera that fails and ${viewers} another one of the same server; all times are those of the viewer who waited longest.`,
        `${times} tries of each fault (${Math.min(times, triesWhereSlow)} where the camera is tried again rarely by intention), one after the other without a stable minute between them: the waits between tries are the longest there are.`,
        'A password that is wrong stays so until somebody changes it, and cameras lock accounts after a few wrong tries: it is tried again every ten seconds at most, and so is the camera that has the old one again.',
        `A fault lasts up to ${longestHoldMs / 1000} s longer than it takes to be seen, by chance; where it passes by itself, "frames again" counts from it.`,
        'Four servers share a core at the same time; frames lost by the other camera’s viewers are what that camera gave and they never got, on a busy core.',
      ],
      tables: [tableOf(samples)],
      targets: targetsOf(samples),
      samples,
    };
  },
};

async function tryAll(kind: RigKind, times: number, progress: (line: string) => void): Promise<FaultSample[]> {
  const scene = await Scene.open({ rigs: [kind], viewers });
  execFileSync('taskset', ['-apc', String(SERVER_CPU), String(scene.server.pid)], { stdio: 'ignore' });
  const samples: FaultSample[] = [];
  try {
    samples.push(await doNothing(scene, times * controlMs));
    for (const camera of scene.cameras) {
      for (const fault of camera.rig.faults) {
        const sample = await tryOne(scene, camera, fault, fault.slowRetry ? Math.min(times, triesWhereSlow) : times);
        samples.push(sample);
        progress(
          `${sample.camera}, ${fault.name}: ${sample.trials.length} tries, ${sample.othersMissed} frames lost elsewhere`,
        );
      }
    }
  } finally {
    await scene.stop();
  }
  return samples;
}

async function tryOne(scene: Scene, camera: SceneCamera, fault: Fault, times: number): Promise<FaultSample> {
  const { missedByOthers, closed } = scene;
  const shown = picturesOfOthers(scene);
  const trials: Omit<Trial, 'placeholder'>[] = [];
  for (let i = 0; i < times; i++) {
    const { placeholder: _, ...trial } = await tryFault(scene, camera, fault, Math.random() * longestHoldMs);
    trials.push(trial);
  }
  const { name, kind, passes = false, slowRetry = false, states } = fault;
  return {
    camera: camera.rig.name,
    fault: { name, kind, passes, slowRetry, states },
    trials,
    closed: scene.closed - closed,
    othersMissed: scene.missedByOthers - missedByOthers,
    othersShown: picturesOfOthers(scene) - shown,
  };
}

/** What is lost without any fault: the machine's doing. */
async function doNothing(scene: Scene, forMs: number): Promise<FaultSample> {
  const { missedByOthers, closed } = scene;
  const shown = picturesOfOthers(scene);
  await delay(forMs);
  return {
    camera: scene.cameras.map(({ rig }) => rig.name).join(),
    fault: { name: `none, for ${forMs / 1000} s`, kind: 'none', passes: false, slowRetry: false, states: [] },
    trials: [],
    closed: scene.closed - closed,
    othersMissed: scene.missedByOthers - missedByOthers,
    othersShown: picturesOfOthers(scene) - shown,
  };
}

function picturesOfOthers(scene: Scene): number {
  return scene.others.reduce((sum, { counts }) => sum + counts.live, 0);
}
