import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Families of metrics that are read when they are asked for: counting costs nothing in between. */

export type Labels<Label extends string> = Readonly<Record<Label, string>>;

interface FamilyOptions<Label extends string, Value> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
  /** Tells each series. */
  readonly read: (tell: (labels: Labels<Label>, value: Value) => void) => void;
}

export function counter<Label extends string>(registry: Registry, options: FamilyOptions<Label, number>): void {
  const { name, help, labels, read } = options;
  new Counter({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    collect() {
      this.reset();
      read((series, value) => this.inc(series, value));
    },
  });
}

export function gauge<Label extends string>(registry: Registry, options: FamilyOptions<Label, number>): void {
  const { name, help, labels, read } = options;
  new Gauge({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    collect() {
      this.reset();
      read((series, value) => this.set(series, value));
    },
  });
}

/** Durations by the bounds that they stay under. */
export interface Durations {
  /** Ascending. */
  readonly boundsMs: readonly number[];
  /** Of those up to each bound but above the one before, and of those above all. */
  readonly counts: readonly number[];
  readonly sumMs: number;
}

/** In seconds, as Prometheus wants it. */
export function durations<Label extends string>(registry: Registry, options: FamilyOptions<Label, Durations>): void {
  const { name, help, labels, read } = options;
  registry.registerMetric(
    new ReadHistogram(name, help, labels, () => {
      const samples: Sample[] = [];
      read((series, value) => samples.push(...samplesOf(name, series, value)));
      return samples;
    }),
  );
}

interface Sample {
  readonly metricName: string;
  readonly labels: Record<string, string | number>;
  readonly value: number;
}

/** prom-client's own counts each observation by itself; these were counted elsewhere. */
class ReadHistogram extends Histogram<string> {
  readonly #head: { readonly name: string; readonly help: string };
  readonly #read: () => readonly Sample[];

  constructor(name: string, help: string, labels: readonly string[], read: () => readonly Sample[]) {
    super({ name, help, labelNames: [...labels], registers: [] });
    this.#head = { name, help };
    this.#read = read;
  }

  /** What prom-client reads of a histogram, whatever it makes of it. */
  getForPromString() {
    return Promise.resolve({ ...this.#head, type: 'histogram', aggregator: 'sum', values: this.#read() });
  }
}

function samplesOf(
  name: string,
  labels: Record<string, string>,
  { boundsMs, counts, sumMs }: Durations,
): readonly Sample[] {
  let count = 0;
  const buckets = counts.map((more, index) => {
    const bound = boundsMs[index];
    count += more;
    const le = bound === undefined ? '+Inf' : String(bound / 1000);
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sumMs / 1000 },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
