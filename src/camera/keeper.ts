import type { CameraConfig } from '../config/config.js';
import type { Frame } from '../core/frame.js';
import type { TapStats } from '../native/addon.types.js';
import type { Output } from '../pipeline/output.js';
import type { ElementSetting } from '../pipeline/tier.js';
import { findAilment, findLoss, findUndecodable, stallTimeoutMs } from './health.js';
import type { KeeperOptions } from './keeper-options.js';
import { whyUnreachable } from './network-cause.js';
import { PathWatch } from './path-watch.js';
import { Session, type SessionPlan } from './session.js';
import { SourceProgress } from './source-progress.js';
import {
  type Cause,
  initialSupervision,
  isDelivering,
  nextTickMs,
  type Supervision,
  type SupervisorAction,
  type SupervisorEvent,
  supervise,
} from './supervisor.js';
import { type SupervisorSettings, supervisorDefaults } from './supervisor-settings.js';
import { WorkTotals } from './tier-work.js';

const pollMs = 250;
const settleMs = 300;
// A network takes three seconds to say that nobody is there.
const explainTimeoutMs = 4000;

/**
 * Keeps a camera's pipeline as {@link supervise} says: opens and closes sessions, looks at their progress, wakes when
 * time has come. Owns the session, three timers and a watch; `close()` ends them and is idempotent.
 */
export class Keeper {
  /** What came through the source so far. */
  readonly progress: SourceProgress;
  readonly #work = new WorkTotals();
  readonly #options: KeeperOptions;
  #settings: SupervisorSettings = supervisorDefaults;
  #supervision: Supervision;
  #session: Session | undefined;
  #tick: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;
  #isExplaining = false;
  #caps = '';
  #pathWatch: PathWatch | undefined;
  #closed = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#supervision = initialSupervision(options.clock());
    this.progress = new SourceProgress(options.clock);
  }

  get supervision(): Supervision {
    return this.#supervision;
  }

  /** What was made of the source's frames for each output, up to now. */
  get work(): WorkTotals {
    this.#countWork();
    return this.#work;
  }

  /** How long the pipeline goes on after the last viewer left, and tries are apart at most. */
  configure({ lingerMs, retryMaxMs }: Pick<CameraConfig, 'lingerMs' | 'retryMaxMs'>): void {
    this.#settings = { ...this.#settings, lingerMs, backoffMaxMs: retryMaxMs };
  }

  /** Somebody watches an output, or nobody any more. */
  watch(output: Output, watched: boolean): void {
    this.#session?.watch(output, watched);
    this.countDemand();
  }

  /** Somebody can't go on without a keyframe. */
  requestKeyframe(output: Output): void {
    this.#session?.requestKeyframe(output);
  }

  /** Looks anew whether anybody watches. */
  countDemand(): void {
    this.#dispatch({ type: 'demand', wanted: this.#options.watched().size > 0 });
  }

  /** What is to run is another now. */
  beginAnew(): void {
    this.progress.forgetRate();
    this.#dispatch({ type: 'changed' });
  }

  /** The same for a pipeline that runs, once nothing more changes for a moment: a slider gives many values. */
  beginAnewSoon(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#supervision.pipeline === 'open' && this.beginAnew(), settleMs);
  }

  /** Sets properties of the running pipeline. */
  set(settings: readonly ElementSetting[]): void {
    this.#session?.set(settings);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#tick);
    clearTimeout(this.#settling);
    clearInterval(this.#poll);
    this.#pathWatch?.close();
    await this.#endSession();
  }

  #dispatch(event: SupervisorEvent): void {
    if (this.#closed) return;
    const { clock, handlers } = this.#options;
    const settings = { ...this.#settings, stallTimeoutMs: this.#stallTimeoutMs() };
    const before = this.#supervision;
    const { next, actions } = supervise(before, event, clock(), settings);
    this.#supervision = next;
    if (actions.includes('close')) this.#onClosing(event.type === 'ended');
    for (const action of actions) this.#act(action);
    if (next.silentStarts > before.silentStarts) void this.#explain();
    this.#schedule(settings);
    this.#watchPath();
    handlers.onSupervision(before);
  }

  #stallTimeoutMs(): number {
    return stallTimeoutMs(this.progress.frameIntervalMs, this.#settings);
  }

  /** A camera of which nothing was heard, although it is asked: does it answer at all? */
  async #explain(): Promise<void> {
    const { place, address } = this.#options.whereabouts();
    if (address === undefined || this.#isExplaining) return;
    this.#isExplaining = true;
    const why = await whyUnreachable(address, place, explainTimeoutMs);
    this.#isExplaining = false;
    const message = `${place} can be reached, but gives no frames`;
    this.#dispatch({ type: 'explained', cause: why ?? { code: 'no-frames', message, permanent: false } });
  }

  /** While a device or a file is gone: whether it comes. */
  #watchPath(): void {
    const path = this.#supervision.cause?.code === 'gone' ? this.#options.whereabouts().path : undefined;
    if (path !== undefined) this.#pathWatch ??= new PathWatch(path, () => this.#dispatch({ type: 'appeared' }));
    else {
      this.#pathWatch?.close();
      this.#pathWatch = undefined;
    }
  }

  #schedule(settings: SupervisorSettings): void {
    clearTimeout(this.#tick);
    const dueMs = nextTickMs(this.#supervision, settings);
    if (dueMs === null || this.#closed) return;
    const waitMs = Math.max(1, dueMs - this.#options.clock());
    this.#tick = setTimeout(() => this.#dispatch({ type: 'tick', jitter: this.#options.random() }), waitMs);
  }

  #act(action: SupervisorAction): void {
    if (action === 'open') this.#open();
    else void this.#closeSession();
  }

  #open(): void {
    const { clock, runner, watched, handlers, acceleration } = this.#options;
    // This one has what was changed before.
    clearTimeout(this.#settling);
    this.progress.restart();
    this.#work.restart();
    this.#session = new Session(
      {
        addon: runner(),
        clock,
        plan: () => handlers.plan(),
        handlers: {
          onPlan: (plan) => this.#onPlan(plan),
          onFrame: (output, frame) => this.#onFrame(output, frame),
          onSourceVideo: (video) => handlers.onSourceVideo(video),
          onHardwareFault: ({ factories, reason, hung }) => acceleration?.failed(factories, reason, hung ?? null),
          onFault: (cause) => this.#onFault(cause),
          onEnded: () => this.#onEnded(),
        },
      },
      watched(),
    );
    this.#poll = setInterval(() => this.#look(), pollMs);
  }

  #onPlan(plan: SessionPlan): void {
    this.#options.handlers.onPlan(plan);
    this.#options.acceleration?.began(plan.hardware?.factories ?? []);
  }

  #onClosing(loops: boolean): void {
    this.#options.acceleration?.ended();
    this.#options.handlers.onClosing(loops);
  }

  #countWork(): void {
    this.#work.update(this.#session?.work() ?? []);
  }

  async #closeSession(): Promise<void> {
    clearInterval(this.#poll);
    await this.#endSession();
    this.#dispatch({ type: 'closed' });
  }

  async #endSession(): Promise<void> {
    this.#countWork();
    await this.#session?.close();
    this.#session = undefined;
    this.#options.acceleration?.closed();
  }

  #onFrame(output: Output, frame: Frame): void {
    if (!isDelivering(this.#supervision.state)) this.#dispatch({ type: 'frames' });
    this.#options.handlers.onFrame(output, frame);
  }

  #onFault(cause: Cause): void {
    this.#options.handlers.onFault();
    this.#dispatch({ type: 'fault', cause, jitter: this.#options.random() });
  }

  #failUndecodable(cause: Cause): void {
    if (!this.#session?.blameHardware('frames come, but no picture')) this.#onFault(cause);
  }

  #onEnded(): void {
    const { openedMs, lastFrameMs } = this.#supervision;
    const hadFrames = lastFrameMs >= openedMs;
    if (this.#options.loops() && hadFrames) this.#dispatch({ type: 'ended' });
    else if (hadFrames) this.#onFault({ code: 'ended', message: 'the camera ended the stream', permanent: false });
    else this.#onFault({ code: 'no-frames', message: 'the stream ended without a picture', permanent: false });
  }

  /** Frames are counted where they leave the source: a camera is live also when nobody watches for a while. */
  #look(): void {
    const tap = this.#session?.progress();
    if (!tap) return;
    this.#learnCaps(tap);
    const delivers = this.progress.update(tap);
    if (delivers) this.#dispatch({ type: this.#session?.awaitsFirstPicture ? 'heard' : 'frames' });
    const { openedMs } = this.#supervision;
    const goodMsAgo = this.#options.clock() - Math.max(openedMs, tap.lastMs);
    const loss = findLoss({ brokenInARow: this.progress.brokenInARow, goodMsAgo });
    if (loss !== null) this.#onFault(loss);
    else if (isDelivering(this.#supervision.state)) this.#diagnose(delivers);
    const { state, wanted } = this.#supervision;
    if (state === 'live' && this.#options.acceleration?.hasRested(wanted)) this.#dispatch({ type: 'ended' });
  }

  #learnCaps(tap: TapStats): void {
    const caps = this.#session?.capsOf(tap) ?? '';
    if (caps === '' || caps === this.#caps) return;
    this.#caps = caps;
    this.#options.handlers.onCaps(caps);
  }

  #diagnose(delivers: boolean): void {
    const silence = delivers ? this.#session?.pictureSilence(this.#stallTimeoutMs()) : undefined;
    const undecodable = silence === undefined ? null : findUndecodable(silence);
    if (undecodable?.isLost) this.#failUndecodable(undecodable.cause);
    else this.#dispatch({ type: 'ailment', cause: undecodable?.cause ?? findAilment(this.progress.window) });
  }
}
