/** What trials of faults come to. */
import type { Fault } from '../../test/support/fault-rigs/rig.js';
import type { Trial } from '../../test/support/fault-rigs/trial.js';
import type { ScenarioResult, Table, Target } from './report.js';
import { markdownTable } from './result-files.js';
import { percentile } from './statistics.js';

/** All trials of one fault. */
export interface FaultSample {
  readonly camera: string;
  readonly fault: Required<Pick<Fault, 'name' | 'passes' | 'slowRetry' | 'states'>> & {
    readonly kind: Fault['kind'] | 'none';
  };
  readonly trials: readonly Omit<Trial, 'placeholder'>[];
  /** Connections of viewers, of both cameras. */
  readonly closed: number;
  /** Frames that viewers of the other camera never got, and those they got. */
  readonly othersMissed: number;
  readonly othersShown: number;
}

const noticedOf = ({ noticedMs }: { readonly noticedMs: number }) => noticedMs;

export function tableOf(samples: readonly FaultSample[]): Table {
  return {
    title: '',
    columns: [
      'camera',
      'fault',
      'tries',
      'published',
      'noticed p50 / p95 / max, s',
      'placeholder p50 / p95 / max, s',
      'frames again p50 / p95 / max, s',
      'connections closed',
      'frames lost by the other’s viewers',
    ],
    rows: samples.map((sample) => {
      const { camera, fault, trials, closed, othersMissed, othersShown } = sample;
      return [
        camera,
        fault.name,
        String(trials.length),
        publishedIn(sample),
        spread(trials.map(noticedOf)),
        spread(trials.flatMap(({ placeholderMs }) => placeholderMs ?? [])),
        spread(trials.flatMap(({ backMs }) => backMs ?? [])),
        String(closed),
        `${othersMissed} of ${othersShown + othersMissed}`,
      ];
    }),
  };
}

/** The states and words of the last trial, numbers of milliseconds and ports aside. */
function publishedIn({ trials, fault }: FaultSample): string {
  const told = trials.at(-1)?.publications.filter(({ state }) => fault.states.includes(state)) ?? [];
  const lines = told.map(({ state, words }) => `${state}: ${words.replace(/^\d+ of the last \d+/, 'n of the last m')}`);
  return [...new Set(lines)].join('<br>');
}

/** What README.md shows. */
export function readmeOf({ samples }: Pick<ScenarioResult, 'samples'>): string {
  const faults = (samples as readonly FaultSample[]).filter(({ fault }) => fault.kind !== 'none');
  const p95 = (valuesMs: readonly number[]) => (valuesMs.length === 0 ? '–' : inSeconds(percentile(valuesMs, 0.95)));
  const rows = faults.map((sample) => [
    `${sample.camera}: ${sample.fault.name}`,
    publishedIn(sample).replaceAll(/\b\d+(\.\d+){3}(:\d+)?/g, 'HOST'),
    p95(sample.trials.map(noticedOf)),
    p95(sample.trials.flatMap(({ placeholderMs }) => placeholderMs ?? [])),
    p95(sample.trials.flatMap(({ backMs }) => backMs ?? [])),
  ]);
  return markdownTable(['fault', 'published', 'noticed', 'placeholder', 'frames again'], rows);
}

function spread(valuesMs: readonly number[]): string {
  if (valuesMs.length === 0) return '–';
  return [percentile(valuesMs, 0.5), percentile(valuesMs, 0.95), Math.max(...valuesMs)].map(inSeconds).join(' / ');
}

function inSeconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

export function targetsOf(samples: readonly FaultSample[]): readonly Target[] {
  const noticed = (kind: Fault['kind']) =>
    Math.max(...samples.filter(({ fault }) => fault.kind === kind).flatMap(({ trials }) => trials.map(noticedOf)));
  const backP95 = (slow: boolean) =>
    Math.max(
      ...samples
        .filter(({ fault }) => fault.slowRetry === slow)
        .map(({ trials }) => trials.flatMap(({ backMs }) => backMs ?? []))
        .filter((values) => values.length > 0)
        .map((values) => percentile(values, 0.95)),
    );
  const placeholder = samples.flatMap(({ trials }) =>
    trials.flatMap(({ placeholderMs, noticedMs }) => (placeholderMs === null ? [] : placeholderMs - noticedMs)),
  );
  const sum = (read: (sample: FaultSample) => number, of = samples) => of.reduce((total, one) => total + read(one), 0);
  const [faulty, quiet] = [true, false].map((wanted) =>
    samples.filter(({ fault }) => (fault.kind !== 'none') === wanted),
  );
  const lost = (of: readonly FaultSample[] = []) =>
    (100 * sum(({ othersMissed }) => othersMissed, of)) / sum(({ othersShown }) => othersShown, of);
  return [
    { what: 'An error is noticed, slowest', measured: noticed('error') / 1000, limit: 1, unit: 's' },
    { what: 'Silence is noticed, slowest', measured: noticed('silence') / 1000, limit: 3, unit: 's' },
    { what: 'From notice to placeholder, slowest', measured: Math.max(...placeholder) / 1000, limit: 1, unit: 's' },
    { what: 'Frames again, p95 of the worst fault', measured: backP95(false) / 1000, limit: 2, unit: 's' },
    { what: 'Frames again after a wrong password, p95', measured: backP95(true) / 1000, limit: 11, unit: 's' },
    { what: 'Connections closed', measured: sum(({ closed }) => closed), limit: 0, unit: '' },
    { what: 'Frames lost by viewers of the other camera', measured: lost(faulty), limit: lost(quiet), unit: '%' },
  ];
}
