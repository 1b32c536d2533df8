import type { Clock } from '../core/clock.js';
import { Frame } from '../core/frame.js';
import type {
  PipelineEvent,
  PipelineRunner,
  RunnablePipeline,
  RunnerFrame,
  TapStats,
  ThreadSettings,
} from '../native/addon.types.js';
import { type Output, type OutputKey, outputKey } from '../pipeline/output.js';
import type { Passthrough } from '../pipeline/passthrough.js';
import { type PipelinePlan, type PlannedOutput, SOURCE_TIER } from '../pipeline/plan.js';
import { type ElementSetting, passNext } from '../pipeline/tier.js';
import type { HardwareUse } from './acceleration.js';
import { Awaited } from './awaited.js';
import { causeOfError, causeOfFault, endsTheStream } from './cause.js';
import { Feed } from './feed.js';
import { causeOfHardware, type HardwareFault } from './hardware-fault.js';
import { HardwareGuard } from './hardware-guard.js';
import type { PictureSilence } from './health.js';
import { type NetworkAddress, whyUnreachable } from './network-cause.js';
import { SourceVideo } from './source-video.js';
import type { Cause } from './supervisor.js';
import { type OutputWork, outputWork } from './tier-work.js';
import { Valves } from './valves.js';

/** What a session is to run. */
export interface SessionPlan extends PipelinePlan {
  /** The URL of an HTTP camera, whose JPEGs are read here and pushed into the pipeline. */
  readonly feedUrl?: string;
  /** What its faults are to name: the device, the host. */
  readonly place?: string;
  /** How its streaming threads run. */
  readonly threads?: ThreadSettings;
  /** Of a network camera whose pipeline can't say why it isn't reached. */
  readonly address?: NetworkAddress;
  /** The chip's elements in it, where there are any. */
  readonly hardware?: HardwareUse | null;
}

export interface SessionHandlers {
  onPlan(plan: SessionPlan): void;
  /** The frame belongs to the session: retain it to keep it. */
  onFrame(output: Output, frame: Frame): void;
  /** It is clear now whether the camera's own H.264 can be passed on, or it is otherwise than before. */
  onSourceVideo(video: Passthrough): void;
  /** The chip is why the fault follows. */
  onHardwareFault(fault: HardwareFault): void;
  /** At most once; close the session then. */
  onFault(cause: Cause): void;
  /** The source came to its end. At most once; close the session then. */
  onEnded(): void;
}

export interface SessionOptions {
  readonly addon: PipelineRunner;
  readonly clock: Clock;
  /** Finds out what to run; may take a while, and may reject. */
  readonly plan: () => Promise<SessionPlan>;
  readonly handlers: SessionHandlers;
}

const closeTimeoutMs = 2000;
// A pipeline stops within a hundredth of a second; what a chip's driver holds it doesn't give back by waiting.
const brokenCloseTimeoutMs = 120;
const explainTimeoutMs = 2000;

/**
 * One run of a camera's pipeline, from its construction to `close()`. Owns the native pipeline and, for an HTTP
 * camera, the connection to it. Nothing is called back after `close()` was called.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #watched: Awaited;
  /** Since the plan may have been made: by element and property. */
  readonly #early = new Map<string, ElementSetting>();
  readonly #opening: Promise<void>;
  readonly #sourceVideo: SourceVideo;
  #plan: SessionPlan | undefined;
  #pipeline: RunnablePipeline | undefined;
  #feed: Feed | undefined;
  #valves: Valves | undefined;
  #guard: HardwareGuard | undefined;
  #isBroken = false;
  #isStarted = false;
  #over = false;
  #closing: Promise<void> | undefined;

  constructor(options: SessionOptions, watched: Iterable<OutputKey>) {
    this.#options = options;
    this.#watched = new Awaited(options.clock);
    for (const key of watched) this.#watched.add(key);
    const caps = () => this.#pipeline?.tapStats()?.caps ?? '';
    this.#sourceVideo = new SourceVideo({ caps, onVerdict: (video) => options.handlers.onSourceVideo(video) });
    this.#opening = this.#open().catch((error: unknown) => this.#failOpening(error));
  }

  /** Opens or shuts an output's valves. */
  watch(output: Output, watched: boolean): void {
    const key = outputKey(output);
    if (watched) this.#watched.add(key);
    else this.#watched.delete(key);
    this.#openValves();
    if (!watched || this.#plan?.outputs.every((planned) => outputKey(planned) !== key)) return;
    // Whoever comes first is to see something at once: where nothing moves, and where an encoder had a rest.
    if (output.medium === 'jpeg') this.set([passNext(output.tier)]);
    else this.requestKeyframe(output);
  }

  /** Asks an output's encoder for a keyframe. Nothing where it has none: a camera can't be asked. */
  requestKeyframe(output: Output): void {
    const { keyframes } = this.#plan?.outputs.find((planned) => outputKey(planned) === outputKey(output)) ?? {};
    // One that is yet to start begins with a keyframe.
    if (keyframes === undefined || !this.#isStarted || this.#over) return;
    const { element, how } = keyframes;
    this.#pipeline?.requestKeyframe(element, how === 'event' ? undefined : how.action);
  }

  /** Whether somebody watches and nobody has had a picture yet. */
  get awaitsFirstPicture(): boolean {
    return this.#watched.awaitsFirst(this.#plan?.outputs ?? []);
  }

  /** The watched outputs that have no picture although they should; a source of fewer frames may take `leastMs`. */
  pictureSilence(leastMs: number): PictureSilence {
    return this.#watched.silence(this.#plan?.outputs ?? [], leastMs);
  }

  /** Sets properties of the running pipeline, or of the one that is about to run. */
  set(settings: readonly ElementSetting[]): void {
    if (this.#over) return;
    for (const setting of settings) {
      const { element, property, value } = setting;
      if (this.#pipeline === undefined) this.#early.set(`${element}.${property}`, setting);
      else this.#pipeline.setProperty(element, property, value);
      this.#valves?.heed(setting);
    }
  }

  /** What the source delivers, as caps, by its progress; '' before that is known. */
  capsOf(progress: TapStats): string {
    return this.#feed?.caps ?? progress.caps;
  }

  /** No pictures come, and nothing tells why; false where no chip could be the reason. */
  blameHardware(reason: string): boolean {
    this.#guard?.blameAll(reason);
    return this.#guard !== undefined;
  }

  /** What was made of each output's frames so far; empty before the pipeline exists. */
  work(): readonly OutputWork[] {
    const stats = this.#pipeline?.stats();
    if (stats === undefined || this.#plan === undefined) return [];
    return this.#plan.outputs.map((output) => outputWork(output, stats));
  }

  /** What passed the source so far; null before the pipeline exists. */
  progress(): TapStats | null {
    return this.#closing === undefined && this.#pipeline !== undefined ? this.#pipeline.tapStats() : null;
  }

  /** Idempotent; resolves once the source is free for another session, or given up after two seconds. */
  close(): Promise<void> {
    this.#over = true;
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #open(): Promise<void> {
    const { addon, plan: findPlan, handlers } = this.#options;
    const plan = await findPlan();
    if (this.#over) return;
    this.#plan = plan;
    if (plan.hardware) this.#guard = this.#guardOf(plan.hardware);
    handlers.onPlan(plan);
    const { tap, meters, afterDelivery, threads } = plan;
    const sinks = plan.outputs.map(({ sink }) => sink);
    const pipeline = await addon.openPipelineAsync(
      plan.description,
      { sinks, tap, meters, afterDelivery, ...(threads === undefined ? {} : { threads }) },
      { onFrames: (sinks) => this.#takeFrames(sinks), onEvent: (event) => this.#onEvent(event) },
    );
    this.#pipeline = pipeline;
    // Whoever closed it meanwhile waits for this.
    if (this.#over) return void (await pipeline.close(closeTimeoutMs));
    const set = ({ element, property, value }: ElementSetting) => pipeline.setProperty(element, property, value);
    this.#valves = new Valves(plan, set, this.#options.clock);
    this.set([...this.#early.values()]);
    this.#openValves();
    if (plan.feedUrl !== undefined) this.#feed = new Feed(plan.feedUrl, pipeline, (cause) => this.#fail(cause));
    const started = this.#guard?.start(pipeline) ?? pipeline.start();
    this.#isStarted = true;
    await started;
  }

  #guardOf(hardware: HardwareUse): HardwareGuard {
    const { clock } = this.#options;
    const onFault = (fault: HardwareFault) => this.#failHardware(fault);
    return new HardwareGuard({ hardware, clock, isWatched: () => !this.#watched.isEmpty, onFault });
  }

  async #close(): Promise<void> {
    this.#guard?.close();
    this.#feed?.close();
    this.#valves?.close();
    // First the pipeline: it may be its start that hangs.
    const ended = await this.#pipeline?.close(this.#isBroken ? brokenCloseTimeoutMs : closeTimeoutMs);
    // A start that hangs in a driver never ends.
    if (ended !== false) await this.#opening;
    this.#pipeline = undefined;
  }

  #openValves(): void {
    if (this.#plan === undefined || this.#over) return;
    const isListenedTo = (output: Output) => isSourceVideo(output) && !this.#sourceVideo.isClear;
    const isWanted = (output: Output) => this.#watched.has(outputKey(output)) || isListenedTo(output);
    this.#valves?.open(this.#plan.outputs.filter(isWanted));
  }

  #takeFrames(sinks: readonly string[]): void {
    for (const output of this.#plan?.outputs ?? []) {
      if (!sinks.includes(output.sink)) continue;
      // Access units wait in order; of pictures there is never more than the newest.
      while (this.#takeFrame(output) && output.medium === 'h264');
    }
  }

  #takeFrame(output: PlannedOutput): boolean {
    const native = this.#over ? undefined : this.#pipeline?.take(output.sink);
    if (!native) return false;
    const isAwaited = this.#watched.came(outputKey(output));
    const frame = this.#wrap(native);
    try {
      if (!isSourceVideo(output) || this.#isForViewers(frame, isAwaited)) this.#options.handlers.onFrame(output, frame);
    } finally {
      frame.release();
    }
    return true;
  }

  /** Of the camera's own video: what is only listened to is nobody's, and what browsers can't show neither. */
  #isForViewers(frame: Frame, isAwaited: boolean): boolean {
    const wasClear = this.#sourceVideo.isClear;
    this.#sourceVideo.see(frame.data, frame.isKeyframe);
    if (this.#sourceVideo.isClear && !wasClear) this.#openValves();
    return isAwaited && this.#sourceVideo.canBeShown;
  }

  #wrap({ handle, data, width, height, captureMs, sequence, keyframe }: RunnerFrame): Frame {
    const { addon } = this.#options;
    const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
    const init = { data: bytes, width, height, captureMs, sequence, isKeyframe: keyframe };
    return new Frame(init, () => addon.releaseFrame(handle));
  }

  #onEvent(event: PipelineEvent): void {
    if (event.type === 'error' || (event.type === 'warning' && endsTheStream(event))) {
      if (!this.#guard?.blame(event)) this.#failOf(causeOfFault(event, this.#plan?.place));
    }
    if (event.type === 'eos' && !this.#over) {
      this.#over = true;
      this.#options.handlers.onEnded();
    }
  }

  #failOpening(error: unknown): void {
    if (!this.#guard?.blameError(error)) this.#fail(causeOfError(error, this.#plan?.place));
  }

  #failHardware(fault: HardwareFault): void {
    if (this.#over) return;
    this.#isBroken = true;
    this.#options.addon.prepare?.();
    this.#options.handlers.onHardwareFault(fault);
    this.#fail(causeOfHardware(fault));
  }

  #failOf(cause: Cause): void {
    const { address, place } = this.#plan ?? {};
    if (cause.code !== 'unreachable' || address === undefined || place === undefined) this.#fail(cause);
    else {
      const why = whyUnreachable(address, place, explainTimeoutMs);
      void why.then((known) => this.#fail(known ?? cause));
    }
  }

  #fail(cause: Cause): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.handlers.onFault(cause);
  }
}

function isSourceVideo({ tier, medium }: Output): boolean {
  return tier === SOURCE_TIER && medium === 'h264';
}
