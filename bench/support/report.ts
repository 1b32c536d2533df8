/** What a scenario hands back; it is kept as JSON and shown as Markdown. */
import { type Measurement, missedByServer } from './measure.js';
import { median } from './statistics.js';

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One of the design's figures. */
export interface Target {
  readonly what: string;
  readonly measured: number;
  /** Reached where `measured` is at most this. */
  readonly limit: number;
  readonly unit: string;
}

export interface ScenarioResult {
  readonly title: string;
  /** What to know for reading the numbers, a sentence each. */
  readonly notes: readonly string[];
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
  /** Every measurement on its own. */
  readonly samples: readonly unknown[];
}

export interface Context {
  /** Shorter windows and fewer repetitions, to try things. */
  readonly quick: boolean;
  readonly progress: (line: string) => void;
  /** A folder for files that the run needs. */
  readonly folder: string;
}

export interface Scenario {
  /** As on the command line and in the name of the result's file. */
  readonly name: string;
  /** Its results are on a page of their own, and it runs only where it is named; on `mjpeg` with the others by default. */
  readonly page?: string;
  /** What README.md shows of the result, between marks that have the scenario's name. */
  readonly readme?: (result: ScenarioResult) => string;
  run(context: Context): Promise<ScenarioResult>;
}

/** The figures of several measurements of the same thing: the median of each. */
export interface Figures {
  readonly cpuPercent: number;
  readonly peakRssBytes: number;
  readonly pssBytes: number;
  readonly threads: number;
  readonly fpsPerViewer: number;
  readonly bytesPerFrame: number;
  readonly missed: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export function figuresOf(measurements: readonly Measurement[]): Figures {
  const of = (read: (one: Measurement) => number) => median(measurements.map(read));
  return {
    cpuPercent: of(({ use }) => use.cpuPercent),
    peakRssBytes: of(({ use }) => use.peakRssBytes),
    pssBytes: of(({ use }) => use.pssBytes),
    threads: of(({ use }) => use.threads),
    fpsPerViewer: of(({ fpsPerViewer }) => fpsPerViewer),
    bytesPerFrame: of(({ bytesPerFrame }) => bytesPerFrame),
    missed: of(missedByServer),
    p50: of(({ load }) => load.latencyMs?.p50 ?? Number.NaN),
    p95: of(({ load }) => load.latencyMs?.p95 ?? Number.NaN),
    p99: of(({ load }) => load.latencyMs?.p99 ?? Number.NaN),
  };
}

/** The columns that most tables share, and a row of them. */
export const figureColumns = [
  'CPU, % of a core',
  'peak memory, MB',
  'PSS, MB',
  'threads',
  'fps per viewer',
  'frames missed',
  'latency p50 / p95 / p99, ms',
] as const;

export function figureCells(figures: Figures): readonly string[] {
  const { cpuPercent, peakRssBytes, pssBytes, threads, fpsPerViewer, missed, p50, p95, p99 } = figures;
  return [
    cpuPercent.toFixed(1),
    megabytes(peakRssBytes),
    megabytes(pssBytes),
    String(threads),
    fpsPerViewer.toFixed(1),
    missed.toFixed(0),
    [p50, p95, p99].map((ms) => ms.toFixed(1)).join(' / '),
  ];
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

/** For a scenario's notes. */
export function disturbance(measurements: readonly Measurement[]): string {
  const percent = median(measurements.map(({ foreignPercent }) => foreignPercent));
  return `Other programs took ${percent.toFixed(0)} % of the server’s core meanwhile (median).`;
}

/** What a run says of a measurement while it goes on. */
export function progressLine(name: string, measurement: Measurement): string {
  const { use, load, fpsPerViewer, foreignPercent } = measurement;
  const { p50 = Number.NaN, p99 = Number.NaN } = load.latencyMs ?? {};
  const latency = `${p50.toFixed(1)} (p99 ${p99.toFixed(1)}) ms`;
  const cpu = `${use.cpuPercent.toFixed(1)} % CPU (others ${foreignPercent.toFixed(0)} %)`;
  return `${name}: ${cpu}, ${fpsPerViewer.toFixed(1)} fps, ${latency}, missed ${missedByServer(measurement)}`;
}
