import type { PipelineEvent, PipelineRunner, RunnablePipeline } from '../native/addon.types.js';
import { judgeAll, OutputObservation } from './observation.js';
import type { Trial } from './trial.js';

export interface TrialResult {
  /** Why it doesn't do its work; null where it does. */
  readonly problem: string | null;
  /** By the element's name, how long a frame took in it. */
  readonly msPerFrame: ReadonlyMap<string, number>;
  /** How long its start took; null where it didn't start. */
  readonly startMs: number | null;
}

export interface TrialTimes {
  /** For all of it. */
  readonly limitMs: number;
  /** How long after the source's end, or the last frame, another may come. */
  readonly restMs: number;
}

export const trialTimes: TrialTimes = { limitMs: 5000, restMs: 400 };

const closeTimeoutMs = 500;
// Late enough that an encoder has given its first.
const forceAtFrame = 12;

/** Runs a trial to its end, or until it goes wrong. Nothing of it is left when it resolves; it never rejects. */
export async function runTrial(trial: Trial, runner: PipelineRunner, times = trialTimes): Promise<TrialResult> {
  const run = new TrialRun(trial, runner, times);
  const problem = await run.result;
  const msPerFrame = run.msPerFrame();
  await run.close();
  return { problem, msPerFrame, startMs: run.startMs };
}

class TrialRun {
  readonly result: Promise<string | null>;
  readonly #trial: Trial;
  readonly #runner: PipelineRunner;
  readonly #times: TrialTimes;
  readonly #observations: readonly OutputObservation[];
  #settle: (problem: string | null) => void = () => {};
  #pipeline: RunnablePipeline | undefined;
  startMs: number | null = null;
  #limit: NodeJS.Timeout | undefined;
  #rest: NodeJS.Timeout | undefined;

  constructor(trial: Trial, runner: PipelineRunner, times: TrialTimes) {
    this.#trial = trial;
    this.#runner = runner;
    this.#times = times;
    this.#observations = trial.watched.map((watched) => new OutputObservation(watched));
    this.result = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#limit = setTimeout(() => this.#end(this.#late()), times.limitMs);
    this.#begin().catch((error: unknown) => this.#end(error instanceof Error ? error.message : String(error)));
  }

  msPerFrame(): ReadonlyMap<string, number> {
    const meters = Object.entries(this.#pipeline?.stats().meters ?? {});
    return new Map(meters.flatMap(([name, { timed, busyMs }]) => (timed === 0 ? [] : [[name, busyMs / timed]])));
  }

  async close(): Promise<void> {
    clearTimeout(this.#limit);
    clearTimeout(this.#rest);
    await this.#pipeline?.close(closeTimeoutMs);
  }

  async #begin(): Promise<void> {
    const { description, tap, meters } = this.#trial.plan;
    const sinks = this.#trial.watched.map(({ output }) => output.sink);
    const pipeline = await this.#runner.openPipelineAsync(
      description,
      { sinks, tap, meters },
      { onFrames: () => this.#take(), onEvent: (event) => this.#onEvent(event) },
    );
    this.#pipeline = pipeline;
    for (const { output } of this.#trial.watched) {
      for (const valve of output.valves) pipeline.setProperty(valve, 'drop', false);
    }
    const beganMs = performance.now();
    await pipeline.start();
    this.startMs = performance.now() - beganMs;
  }

  #take(): void {
    for (const [i, { output }] of this.#trial.watched.entries()) {
      const observation = this.#observations[i];
      const frame = this.#pipeline?.take(output.sink);
      if (!frame || observation === undefined) continue;
      const data = frame.data instanceof Uint8Array ? frame.data : new Uint8Array(frame.data);
      observation.see({ ...frame, data });
      this.#runner.releaseFrame(frame.handle);
      if (observation.frames >= forceAtFrame && !observation.wasForced) this.#force(i, observation);
    }
    if (this.#observations.every(({ isComplete }) => isComplete)) this.#restFor(0);
    else if (this.#rest !== undefined) this.#restFor(this.#times.restMs);
  }

  #force(i: number, observation: OutputObservation): void {
    const keyframes = this.#trial.watched[i]?.output.keyframes;
    if (keyframes === undefined || !observation.isVideo) return;
    observation.force();
    const action = keyframes.how === 'event' ? [] : [keyframes.how.action];
    this.#pipeline?.requestKeyframe(keyframes.element, ...action);
  }

  #onEvent(event: PipelineEvent): void {
    if (event.type === 'error') this.#end(`${event.message}${event.factory === '' ? '' : ` (${event.factory})`}`);
    if (event.type === 'eos') this.#restFor(this.#times.restMs);
  }

  /** The last frame may have come. */
  #restFor(ms: number): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#end(judgeAll(this.#trial, this.#observations)), ms);
  }

  #late(): string {
    const seconds = this.#times.limitMs / 1000;
    if (this.startMs === null) return `its start hung for ${seconds} s`;
    return `${judgeAll(this.#trial, this.#observations) ?? 'it was slow'}, within ${seconds} s`;
  }

  #end(problem: string | null): void {
    this.#settle(problem);
  }
}
