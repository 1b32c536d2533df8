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
import { FEED } from '../pipeline/source.js';
import { type ElementSetting, passNext } from '../pipeline/tier.js';
import type { HardwareUse } from './acceleration.js';
import { causeOfError, causeOfFault, endsTheStream, isElementError } from './cause.js';
import { blameHardware, causeOfHardware, type HardwareFault, StallWatch } from './hardware-fault.js';
import type { PictureSilence } from './health.js';
import { jpegSize } from './http/jpeg-size.js';
import { MjpegReader } from './http/mjpeg-reader.js';
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
// What a chip's driver holds it doesn't give back by waiting.
const brokenCloseTimeoutMs = 500;
// A keyframe may be ten seconds away; once pictures come they come at least once a second.
const firstPictureTimeoutMs = 15_000;
const pictureTimeoutMs = 2500;
const explainTimeoutMs = 2000;
// Two large frames: an HTTP camera's pictures are dropped while the pipeline hangs behind.
const feedQueueBytes = 8 * 1024 * 1024;

interface Waiting {
  sinceMs: number;
  hadOne: boolean;
}

/**
 * One run of a camera's pipeline, from its construction to `close()`. Owns the native pipeline and, for an HTTP
 * camera, the connection to it. Nothing is called back after `close()` was called.
 */
export class Session {
  readonly #options: SessionOptions;
  /** Since when each watched output has been without a new picture, and whether it had any. */
  readonly #watched = new Map<OutputKey, Waiting>();
  /** Since the plan may have been made: by element and property. */
  readonly #early = new Map<string, ElementSetting>();
  readonly #opening: Promise<void>;
  readonly #sourceVideo: SourceVideo;
  #plan: SessionPlan | undefined;
  #pipeline: RunnablePipeline | undefined;
  #reader: MjpegReader | undefined;
  #valves: Valves | undefined;
  #stalls: StallWatch | undefined;
  #startLimit: NodeJS.Timeout | undefined;
  /** The size of an HTTP camera's pictures, as caps. */
  #fedCaps = '';
  #isBroken = false;
  #isStarted = false;
  #over = false;
  #closing: Promise<void> | undefined;

  constructor(options: SessionOptions, watched: Iterable<OutputKey>) {
    this.#options = options;
    for (const key of watched) this.#await(key);
    const caps = () => this.#pipeline?.stats().tap?.caps ?? '';
    this.#sourceVideo = new SourceVideo({ caps, onVerdict: (video) => this.#onSourceVideo(video) });
    this.#opening = this.#open().catch((error: unknown) => this.#failOpening(error));
  }

  /** Opens or shuts an output's valves. */
  watch(output: Output, watched: boolean): void {
    const key = outputKey(output);
    if (!watched) this.#watched.delete(key);
    else if (!this.#watched.has(key)) this.#await(key);
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
    const waiting = this.#waiting;
    return waiting.length > 0 && waiting.every(([, { hadOne }]) => !hadOne);
  }

  /** The watched outputs that have no picture although they should; a source of fewer frames may take `leastMs`. */
  pictureSilence(leastMs: number): PictureSilence {
    const nowMs = this.#options.clock();
    const isSilent = ({ sinceMs, hadOne }: Waiting) =>
      nowMs - sinceMs > Math.max(leastMs, hadOne ? pictureTimeoutMs : firstPictureTimeoutMs);
    const silent = this.#waiting.filter(([, waiting]) => isSilent(waiting));
    const longestMs = Math.max(0, ...silent.map(([, { sinceMs }]) => nowMs - sinceMs));
    return { watched: this.#waiting.length, silent: silent.map(([{ tier }]) => tier), longestMs };
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

  /** What the source delivers, as caps; '' before that is known. */
  get caps(): string {
    return this.#fedCaps === '' ? (this.progress()?.caps ?? '') : this.#fedCaps;
  }

  /** Looks whether the chip still gives frames; call it several times a second. */
  watchHardware(): void {
    const meters = this.#over ? undefined : this.#pipeline?.stats().meters;
    const fault = meters && this.#stalls?.look(meters, this.#options.clock());
    if (fault) this.failHardware(fault.reason, fault.factories);
  }

  /** The pipeline fails, and the chip is the likely reason; false where it has none. */
  failHardware(reason: string, factories = this.#plan?.hardware?.factories): boolean {
    if (this.#over || !factories || factories.length === 0) return false;
    this.#isBroken = true;
    const fault = { factories, reason };
    this.#options.handlers.onHardwareFault(fault);
    this.#fail(causeOfHardware(fault));
    return true;
  }

  /** What was made of each output's frames so far; empty before the pipeline exists. */
  work(): readonly OutputWork[] {
    const stats = this.#pipeline?.stats();
    if (stats === undefined || this.#plan === undefined) return [];
    return this.#plan.outputs.map((output) => outputWork(output, stats));
  }

  /** What passed the source so far; null before the pipeline exists. */
  progress(): TapStats | null {
    return this.#closing === undefined && this.#pipeline !== undefined ? this.#pipeline.stats().tap : null;
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
    handlers.onPlan(plan);
    const sinks = plan.outputs.map(({ sink }) => sink);
    const pipeline = await addon.openPipelineAsync(
      plan.description,
      { sinks, tap: plan.tap, meters: plan.meters, ...(plan.threads === undefined ? {} : { threads: plan.threads }) },
      { onFrames: () => this.#takeFrames(), onEvent: (event) => this.#onEvent(event) },
    );
    this.#pipeline = pipeline;
    // Whoever closed it meanwhile waits for this.
    if (this.#over) return void (await pipeline.close(closeTimeoutMs));
    this.#valves = new Valves(plan, ({ element, property, value }) => pipeline.setProperty(element, property, value));
    this.set([...this.#early.values()]);
    this.#openValves();
    if (plan.feedUrl !== undefined) this.#feed(pipeline, plan.feedUrl);
    await this.#start(pipeline, plan.hardware ?? null);
  }

  async #start(pipeline: RunnablePipeline, hardware: HardwareUse | null): Promise<void> {
    if (hardware !== null) {
      this.#stalls = new StallWatch(hardware);
      const { startTimeoutMs } = hardware;
      const reason = `the start hung for ${startTimeoutMs} ms`;
      this.#startLimit = setTimeout(() => this.failHardware(reason), startTimeoutMs);
    }
    const started = pipeline.start();
    this.#isStarted = true;
    await started.finally(() => clearTimeout(this.#startLimit));
  }

  #feed(pipeline: RunnablePipeline, url: string): void {
    this.#reader = new MjpegReader(url, {
      onPart: (jpeg) => {
        if (this.#fedCaps === '') this.#fedCaps = capsOfJpeg(jpeg);
        return pipeline.push(FEED, jpeg, feedQueueBytes);
      },
      onFault: (cause) => this.#fail(cause),
    });
  }

  async #close(): Promise<void> {
    this.#reader?.close();
    this.#valves?.close();
    clearTimeout(this.#startLimit);
    // First the pipeline: it may be its start that hangs.
    await this.#pipeline?.close(this.#isBroken ? brokenCloseTimeoutMs : closeTimeoutMs);
    await this.#opening;
    this.#pipeline = undefined;
  }

  /** The watched outputs that there are. */
  get #waiting(): readonly (readonly [Output, Waiting])[] {
    return (this.#plan?.outputs ?? []).flatMap((output) => {
      const waiting = this.#watched.get(outputKey(output));
      return waiting === undefined ? [] : [[output, waiting] as const];
    });
  }

  #await(key: OutputKey): void {
    this.#watched.set(key, { sinceMs: this.#options.clock(), hadOne: false });
  }

  #openValves(): void {
    if (this.#plan === undefined || this.#over) return;
    const isListenedTo = (output: Output) => isSourceVideo(output) && !this.#sourceVideo.isClear;
    const isWanted = (output: Output) => this.#watched.has(outputKey(output)) || isListenedTo(output);
    this.#valves?.open(this.#plan.outputs.filter(isWanted));
  }

  #onSourceVideo(video: Passthrough): void {
    this.#options.handlers.onSourceVideo(video);
    this.#openValves();
  }

  #takeFrames(): void {
    for (const output of this.#plan?.outputs ?? []) {
      // Access units wait in order; of pictures there is never more than the newest.
      while (this.#takeFrame(output) && output.medium === 'h264');
    }
  }

  #takeFrame(output: PlannedOutput): boolean {
    const native = this.#over ? undefined : this.#pipeline?.take(output.sink);
    if (!native) return false;
    const waiting = this.#watched.get(outputKey(output));
    if (waiting !== undefined) {
      waiting.sinceMs = this.#options.clock();
      waiting.hadOne = true;
    }
    const frame = this.#wrap(native);
    try {
      if (isSourceVideo(output)) this.#sourceVideo.see(frame.data);
      // What is only listened to is nobody's.
      if (waiting !== undefined || !isSourceVideo(output)) this.#options.handlers.onFrame(output, frame);
    } finally {
      frame.release();
    }
    return true;
  }

  #wrap({ handle, data, width, height, captureMs, sequence, keyframe }: RunnerFrame): Frame {
    const { addon } = this.#options;
    const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
    const init = { data: bytes, width, height, captureMs, sequence, isKeyframe: keyframe };
    return new Frame(init, () => addon.releaseFrame(handle));
  }

  #onEvent(event: PipelineEvent): void {
    if (event.type === 'error' || (event.type === 'warning' && endsTheStream(event))) {
      const blamed = blameHardware(this.#plan?.hardware ?? null, event);
      if (blamed !== null) this.failHardware(blamed.reason, blamed.factories);
      else this.#failOf(causeOfFault(event, this.#plan?.place));
    }
    if (event.type === 'eos' && !this.#over) {
      this.#over = true;
      this.#options.handlers.onEnded();
    }
  }

  #failOpening(error: unknown): void {
    const hardware = this.#plan?.hardware ?? null;
    const blamed = isElementError(error) ? blameHardware(hardware, error) : null;
    // A description that can't be built is none of the source's making either.
    const isUnbuilt = error instanceof Error && 'code' in error && error.code === 'ERR_PARSE';
    if (blamed !== null) this.failHardware(blamed.reason, blamed.factories);
    else if (!isUnbuilt || !this.failHardware(error.message)) this.#fail(causeOfError(error, this.#plan?.place));
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

function capsOfJpeg(jpeg: Uint8Array): string {
  const size = jpegSize(jpeg);
  return size === null ? '' : `image/jpeg, width=(int)${size.width}, height=(int)${size.height}`;
}

function isSourceVideo({ tier, medium }: Output): boolean {
  return tier === SOURCE_TIER && medium === 'h264';
}
