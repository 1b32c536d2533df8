import type { ElementInfo, NativeAddon, PipelineRunner } from '../native/addon.types.js';
import { CATALOGUE, type Catalogue, restrict, rowsFor } from '../pipeline/catalogue/catalogue.js';
import { type Choice, chooseRows } from '../pipeline/catalogue/choice.js';
import type { KnownProperties } from '../pipeline/catalogue/element-properties.js';
import { whyAbsent } from '../pipeline/catalogue/presence.js';
import { isHardware, type Job, parseVersion, type Row, type Version } from '../pipeline/catalogue/row.js';
import { DECODER } from '../pipeline/processing.js';
import { tierElements } from '../pipeline/tier.js';
import type { Finding, Findings } from './findings.js';
import { runTrial } from './run-trial.js';
import { formatKey, type StreamFormat } from './stream-format.js';
import { makeTrial, SCALER, type TrialOptions, trialTier } from './trial.js';

/** Runs what may crash or hang in a process of its own. */
export interface ProbeRunner extends PipelineRunner {
  elementProperties(factory: string, timeoutMs: number): Promise<ReturnType<NativeAddon['elementProperties']>>;
  close(): Promise<void>;
}

export interface ProberOptions {
  readonly addon: Pick<NativeAddon, 'findElement' | 'gstreamerVersion'>;
  readonly runner: ProbeRunner;
  readonly catalogue?: Catalogue;
}

const propertiesTimeoutMs = 5000;
// A decoder is of use only where its pictures can be scaled, and an encoder only where they can be brought to it.
const order: readonly Job[] = ['scale', 'decode', 'jpeg', 'h264'];

/** Which rows there are, told apart by the versions of their plugins. */
export function pluginVersions(codec: StreamFormat['codec'], find: (factory: string) => ElementInfo | null): string {
  const versions = rowsFor(codec).flatMap(({ element, needs }) =>
    [element, ...needs].flatMap((factory) => {
      const info = find(factory);
      return info === null ? [] : [`${info.plugin} ${info.version}`];
    }),
  );
  return [...new Set(versions)].sort().join(', ');
}

/** Whether any chip's element is there for the format, so that there is something to find out. */
export function hasCandidates(codec: StreamFormat['codec'], addon: ProberOptions['addon']): boolean {
  const version = parseVersion(addon.gstreamerVersion);
  const find = (factory: string) => addon.findElement(factory);
  return rowsFor(codec).some((row) => isHardware(row) && whyAbsent(row, find, version) === null);
}

/** Finds out which rows work for a format, by running each in the real chain. Never rejects. */
export class Prober {
  readonly #options: ProberOptions;
  readonly #catalogue: Catalogue;
  readonly #version: Version;
  readonly #properties = new Map<string, KnownProperties>();
  #startMs = 0;
  readonly #ofSoftware = new Map<string, Finding>();

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#catalogue = options.catalogue ?? CATALOGUE;
    this.#version = parseVersion(options.addon.gstreamerVersion);
  }

  /** `withSoftware`: looks at that too, which is used anyway. `onFinding` is told as they come. */
  async probe(format: StreamFormat, { withSoftware = false, onFinding = (_: Finding) => {} } = {}): Promise<Findings> {
    const rows = rowsFor(format.codec, this.#catalogue);
    const findings: Finding[] = [];
    for (const job of order) {
      for (const row of rows.filter((each) => each.job === job && (withSoftware || isHardware(each)))) {
        const finding = await this.#findOnce(row, format, findings);
        findings.push(finding);
        onFinding(finding);
      }
    }
    const together = await this.#tryTogether(format, findings);
    await this.#options.runner.close();
    const probedAt = new Date().toISOString();
    return {
      format: formatKey(format),
      probedAt,
      findings,
      together,
      startMs: this.#startMs,
      properties: Object.fromEntries(this.#properties),
    };
  }

  /** What software does with raw pictures is the same whoever decoded them. */
  async #findOnce(row: Row, format: StreamFormat, before: readonly Finding[]): Promise<Finding> {
    if (isHardware(row) || row.job === 'decode') return this.#find(row, format, before);
    const key = `${row.id} ${format.width}x${format.height}@${format.fps}`;
    const finding = this.#ofSoftware.get(key) ?? (await this.#find(row, format, before));
    this.#ofSoftware.set(key, finding);
    return finding;
  }

  async #find(row: Row, format: StreamFormat, before: readonly Finding[]): Promise<Finding> {
    const { job, family, element } = row;
    const base = { row: row.id, job, family, element, msPerFrame: null };
    const fails = (reason: string): Finding => ({ ...base, passes: false, reason });
    const absent = whyAbsent(row, (factory) => this.#options.addon.findElement(factory), this.#version);
    if (absent !== null) return fails(absent);
    try {
      await this.#learnProperties(element);
      const choice = this.#choiceFor(row, format, before);
      if (choice === null) return fails('nothing that works takes its pictures to it, or from it');
      const options = { choice, format, media: [row.job === 'h264' ? 'h264' : 'jpeg'] } as const;
      const divisors = { scale: [2], decode: [1], jpeg: [1], h264: [1, 2] }[row.job];
      const scaler = row.job === 'scale' ? { scaler: element } : {};
      const { problem, msPerFrame } = await this.#try({ ...options, ...scaler, divisors });
      if (problem !== null) return fails(row.job === 'h264' ? await this.#explain(problem, options) : problem);
      return { ...base, passes: true, reason: null, msPerFrame: msPerFrame.get(meterOf(row.job)) ?? null };
    } catch (error) {
      return fails(error instanceof Error ? error.message : String(error));
    }
  }

  /** What goes wrong with two sessions of an encoder may go well with one. */
  async #explain(problem: string, options: Omit<TrialOptions, 'propertiesOf' | 'divisors'>): Promise<string> {
    if (problem.startsWith('with a second')) return problem;
    const alone = await this.#try({ ...options, divisors: [1] });
    return alone.problem === null ? `with a second one at once: ${problem}` : alone.problem;
  }

  async #try(options: Omit<TrialOptions, 'propertiesOf'>) {
    const propertiesOf = (factory: string) => this.#properties.get(factory) ?? null;
    const result = await runTrial(makeTrial({ ...options, propertiesOf }), this.#options.runner);
    if (result.problem === null) this.#startMs = Math.max(this.#startMs, result.startMs ?? 0);
    return result;
  }

  async #learnProperties(factory: string): Promise<void> {
    if (this.#properties.has(factory)) return;
    const known = await this.#options.runner.elementProperties(factory, propertiesTimeoutMs);
    if (known === null) throw new Error('its plugin can not be loaded');
    this.#properties.set(factory, known);
  }

  /** The chain in which a row is tried: with what passed before it, and software for what comes after. */
  #choiceFor(row: Row, format: StreamFormat, before: readonly Finding[]): Choice | null {
    const passed = new Set(before.filter(({ passes }) => passes).map(({ row: id }) => id));
    const isUsed = (each: Row) => {
      if (each.job === row.job) return each.id === row.id || (row.job === 'scale' && !isHardware(each));
      return !isHardware(each) || (passed.has(each.id) && order.indexOf(each.job) < order.indexOf(row.job));
    };
    const rows = restrict(this.#catalogue, isUsed);
    if (row.job === 'scale') return scaleChoice(row, rows, this.#version);
    const choice = chooseRows(rows, format, this.#version);
    if (choice === null) return null;
    if (row.job === 'h264') return choice.h264?.row.id === row.id ? choice : null;
    const used = row.job === 'decode' ? choice.decode : choice.jpeg;
    return used?.row.id === row.id ? { ...choice, h264: null } : null;
  }

  /** All that passed at once, in two tiers and both media. */
  async #tryTogether(format: StreamFormat, findings: readonly Finding[]): Promise<string | null> {
    const passed = new Set(findings.filter(({ passes }) => passes).map(({ row }) => row));
    const rows = restrict(this.#catalogue, (row) => !isHardware(row) || passed.has(row.id));
    const choice = chooseRows(rows, format, this.#version);
    const used = [choice?.decode, choice?.jpeg, choice?.h264];
    if (choice === null || used.filter((one) => one && isHardware(one.row)).length < 2) return null;
    const { problem } = await this.#try({ choice, format, media: ['jpeg', 'h264'], divisors: [1, 2] });
    return problem;
  }
}

/** Pictures go into its memory at the source, and out of it at the tier, smaller. */
function scaleChoice(row: Extract<Row, { readonly job: 'scale' }>, rows: Catalogue, version: Version): Choice | null {
  const raw = { codec: null, memories: ['system'] } as const;
  const plain = chooseRows({ ...rows, scale: [], h264: [] }, raw, version);
  return plain === null ? null : { ...plain, lane: row.memory, scale: row.memory === 'system' ? null : row };
}

function meterOf(job: Job): string {
  const { jpeg, h264 } = tierElements(trialTier(0));
  return { scale: SCALER, decode: DECODER, h264: h264.encoder, jpeg: jpeg.encoder }[job];
}
