import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import type { NativeAddon } from '../native/addon.types.js';
import { CATALOGUE, type Catalogue, restrict } from '../pipeline/catalogue/catalogue.js';
import { type Choice, chooseRows } from '../pipeline/catalogue/choice.js';
import { whyAbsent } from '../pipeline/catalogue/presence.js';
import { processingOf } from '../pipeline/catalogue/processing.js';
import { isHardware, parseVersion, type Row } from '../pipeline/catalogue/row.js';
import type { H264Encoder } from '../pipeline/h264-encoder.js';
import { softwareProcessing } from '../pipeline/processing.js';
import type { PipelineSource } from '../pipeline/source.js';
import { type AccelerationView, viewOf } from './acceleration-view.js';
import type { FindingsCache } from './cache.js';
import type { CameraCrashes } from './crash-file.js';
import { type Findings, usableRows } from './findings.js';
import { hardwareUse } from './hardware-use.js';
import type { ProbeQueue } from './probe-queue.js';
import {
  leftAlone,
  NO_SETBACKS,
  newlyForgiven,
  newlySetAside,
  reduceSetbacks,
  restEndsMs,
  SETBACK_WINDOW_MS,
  type SetbackEvent,
  WATCHED_REST_MS,
} from './setbacks.js';
import { sourceKey } from './source-key.js';
import { formatOfCaps, formatOfSource, type StreamFormat } from './stream-format.js';
import { mostVideoTiers } from './video-tiers.js';

/** What a pipeline is planned for. */
export interface WantedWork {
  /** The tiers' names. */
  readonly tiers: readonly string[];
  /** Of H.264, in software; null where there is none. */
  readonly encoder: H264Encoder | null;
  readonly acceleration: 'auto' | 'software';
  /** Where it runs: in this process or in another, whose crash is seen. */
  readonly isolation: 'none' | 'process';
}

export interface CameraAccelerationOptions {
  readonly addon: Pick<NativeAddon, 'findElement' | 'gstreamerVersion'>;
  readonly queue: ProbeQueue;
  readonly cache: FindingsCache;
  /** What the camera's elements did to processes before this one; without it only this one counts. */
  readonly crashes?: CameraCrashes | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * What this machine's chip does for one camera: chosen at each start of its pipeline from what is known then, less what
 * failed while it ran. Owns a timer from `began()` to `ended()`, which keeps no process alive.
 */
export class CameraAcceleration {
  /** How often software took over what the chip failed at. */
  fallbacks = 0;
  /** How many tiers are encoded to H.264 at most; null: all. */
  mostVideoTiers: number | null;
  readonly #options: CameraAccelerationOptions;
  readonly #software: Catalogue;
  readonly #isThere: (row: Row) => boolean;
  #setbacks = NO_SETBACKS;
  #probedAt: string | null = null;
  #choice: Choice | null = null;
  #findings: Findings | null = null;
  /** Of which it is being found out what can be done with it. */
  #asked: StreamFormat | null = null;
  /** What was found out since the last plan. */
  #foundSince: Findings | null = null;
  /** The configuration wants software alone. */
  #isOff = false;
  #isInThisProcess = true;
  /** While elements work that failed before: until they have worked for long enough. */
  #forgiving: NodeJS.Timeout | undefined;
  /** When what the last plan left out only for its rest has rested; null where there is nothing of that. */
  #restEndsMs: number | null = null;

  constructor(options: CameraAccelerationOptions) {
    this.#options = options;
    const { findElement, gstreamerVersion } = options.addon;
    const version = parseVersion(gstreamerVersion);
    this.#isThere = (row) => whyAbsent(row, (factory) => findElement(factory), version) === null;
    this.#software = restrict(CATALOGUE, (row) => isHardware(row) || this.#isThere(row));
    this.mostVideoTiers = mostVideoTiers(this.#isThere, null);
  }

  /** How the next pipeline works on the source's pictures. Never waits; never throws. */
  plan(source: PipelineSource, { tiers, encoder, acceleration, isolation }: WantedWork) {
    this.#isInThisProcess = isolation === 'none';
    this.#isOff = acceleration === 'software';
    const format = formatOfSource(source) ?? this.#options.cache.formatOf(sourceKey(source));
    this.#findings = format === null || this.#isOff ? null : this.#options.queue.known(format);
    this.#foundSince = null;
    if (!this.#isOff) this.#heedProbe(this.#findings);
    this.#restEndsMs = this.#isOff ? null : restEndsMs(this.#setbacks, this.#options.clock());
    this.#choice = format === null ? null : this.#choose(format, this.#findings);
    const hardware = this.#choice === null ? null : hardwareUse(this.#choice, tiers, this.#findings?.startMs ?? null);
    if (this.#choice === null || format === null || hardware === null) {
      return { processing: softwareProcessing(encoder), hardware: null };
    }
    const { width, height } = format;
    const propertiesOf = (factory: string) => this.#findings?.properties[factory] ?? null;
    return { processing: processingOf(this.#choice, { propertiesOf, width, height }), hardware };
  }

  /** What a source delivers; where nothing is known of that, it is found out for the next start. */
  learn(source: PipelineSource, caps: string): void {
    const seen = formatOfCaps(caps, source.kind);
    if (seen === null) return;
    const { cache, queue, log } = this.#options;
    const fixed = formatOfSource(source);
    const format = fixed ?? seen;
    try {
      if (fixed === null && !this.#isOff && queue.hasCandidates(format.codec))
        cache.rememberFormat(sourceKey(source), format);
    } catch (error) {
      log.warn(`the camera's format can't be kept: ${error instanceof Error ? error.message : String(error)}`);
    }
    // What runs now began before that was known, in software.
    this.#choice ??= this.#choose(format, this.#findings);
    if (this.#isOff) return;
    this.#asked = queue.hasCandidates(format.codec) ? format : null;
    queue.ask(format);
  }

  /** A pipeline is about to run in which these elements work. */
  began(factories: readonly string[]): void {
    const begin = () => this.#reduce({ type: 'began', elements: factories, atMs: this.#options.clock() });
    begin();
    clearTimeout(this.#forgiving);
    if (factories.some((factory) => this.#setbacks.failed.has(factory)))
      this.#forgiving = setTimeout(begin, SETBACK_WINDOW_MS + 1000).unref();
    if (factories.length > 0 && this.#isInThisProcess && this.#probedAt !== null)
      this.#options.crashes?.began(this.#probedAt, factories);
  }

  /** It is over, and about to be closed. */
  ended(): void {
    clearTimeout(this.#forgiving);
    this.#reduce({ type: 'ended', atMs: this.#options.clock() });
  }

  /** It is closed, or given up. */
  closed(): void {
    clearTimeout(this.#forgiving);
    this.#options.crashes?.ended();
  }

  /** It failed, and one of these elements is why; `hung`: where its start hangs, settles once that has come back. */
  failed(factories: readonly string[], reason: string, hung: Promise<void> | null): void {
    this.fallbacks++;
    this.#options.log.warn(`hardware failed, software does its work: ${factories.join(' or ')}: ${reason}`);
    this.#reduce({ type: 'failed', elements: factories, reason, hung: hung !== null, atMs: this.#options.clock() });
    void hung?.then(() => this.#cameBack(factories));
  }

  /** Whether what the running pipeline does without has rested, and the pipeline is to begin anew with it. */
  hasRested(isWatched: boolean): boolean {
    if (this.#restEndsMs === null) return false;
    return this.#options.clock() >= this.#restEndsMs + (isWatched ? WATCHED_REST_MS : 0);
  }

  get view(): AccelerationView {
    const asked = this.#findings === null ? this.#asked : null;
    if (asked !== null) this.#foundSince ??= this.#options.queue.known(asked);
    const found = this.#foundSince;
    return viewOf({
      choice: this.#choice,
      findings: this.#findings ?? found,
      next: asked === null || found === null ? null : this.#choose(asked, found),
      setbacks: this.#setbacks,
      isOff: this.#isOff,
      isProbing: asked !== null && found === null,
    });
  }

  #heedProbe(findings: Findings | null): void {
    if (findings !== null) this.mostVideoTiers = mostVideoTiers(this.#isThere, findings);
    const probedAt = findings?.probedAt ?? null;
    if (probedAt === this.#probedAt) return;
    if (this.#probedAt !== null) this.#reduce({ type: 'probed' });
    this.#probedAt = probedAt;
    if (probedAt !== null) this.#heedCrashes(probedAt);
  }

  /** Processes before this one died while elements ran: that counts as their failures do. */
  #heedCrashes(probedAt: string): void {
    const { crashes, clock, log } = this.#options;
    const { counts = {}, atMs = 0 } = crashes?.since(probedAt) ?? {};
    const died = Object.keys(counts);
    const twice = died.filter((element) => (counts[element] ?? 0) > 1);
    const reason = 'the server died while it ran';
    for (const elements of [died, twice]) this.#reduce({ type: 'failed', elements, reason, atMs, hung: false });
    const alone = leftAlone(this.#setbacks, clock());
    if (alone.size > 0) this.fallbacks++;
    const resting = [...alone].filter((element) => !this.#setbacks.setAside.has(element));
    if (resting.length > 0)
      log.warn(`hardware failed before, software does its work: ${resting.join(' or ')}: ${reason}`);
  }

  /** It was slow and no more: it has its second chance as whatever failed once. */
  #cameBack(factories: readonly string[]): void {
    this.#options.log.info(`the start that hung has come back: ${factories.join(' or ')}`);
    this.#reduce({ type: 'cameBack', elements: factories });
    this.#restEndsMs = this.#isOff ? null : restEndsMs(this.#setbacks, this.#options.clock());
  }

  #choose(format: StreamFormat, findings: Findings | null): Choice | null {
    const rows = usableRows(this.#software, findings, leftAlone(this.#setbacks, this.#options.clock()));
    return chooseRows(rows, format, parseVersion(this.#options.addon.gstreamerVersion));
  }

  #reduce(event: SetbackEvent): void {
    const before = this.#setbacks;
    this.#setbacks = reduceSetbacks(before, event);
    const forgiven = event.type === 'probed' ? [] : newlyForgiven(before, this.#setbacks);
    if (forgiven.length > 0) this.#options.crashes?.forgive(forgiven);
    const fresh = newlySetAside(before, this.#setbacks);
    const [first] = fresh;
    if (first === undefined) return;
    const names = fresh.map(({ element }) => element).join(', ');
    const what = fresh.length === 1 ? `${names} is` : `${names} are`;
    this.#options.log.error(`${what} set aside until the next probe: ${first.reason}`);
  }
}
