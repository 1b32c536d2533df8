/** Prometheus' text format, read strictly (prometheus.io, "Exposition formats", version 0.0.4). */

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly PrometheusSample[];
}

export interface PrometheusSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Name and labels as they stand in the text: the same for the same series. */
  readonly series: string;
  readonly value: number;
}

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/gy;
const types = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

/** By name. Throws where anything isn't as the format wants it, with the line. */
export function parsePrometheus(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, { name: string; type: string; help: string; samples: PrometheusSample[] }>();
  let current: { name: string; type: string; help: string; samples: PrometheusSample[] } | undefined;
  const seen = new Set<string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (families.has(name)) throw new Error(`twice: ${line}`);
      current = { name, type: '', help: rest, samples: [] };
      families.set(name, current);
    } else if (keyword === 'TYPE') {
      if (current?.name !== name || current.type !== '' || !types.includes(rest)) throw new Error(`misplaced: ${line}`);
      current.type = rest;
    } else {
      const sample = parseSample(line);
      if (current === undefined || !belongs(sample.name, current)) throw new Error(`in no family: ${line}`);
      if (seen.has(sample.series)) throw new Error(`twice: ${line}`);
      seen.add(sample.series);
      current.samples.push(sample);
    }
  }
  for (const family of families.values()) if (family.type === 'histogram') checkHistogram(family);
  return families;
}

function parseSample(line: string): PrometheusSample {
  const [, name, inner = '', value] = sampleLine.exec(line) ?? [];
  if (name === undefined) throw new Error(`no sample: ${line}`);
  const found = [...inner.matchAll(label)];
  if (found.map(([whole]) => whole).join('') !== inner) throw new Error(`wrong labels: ${line}`);
  const labels = Object.fromEntries(found.map(([, key = '', text = '']) => [key, text]));
  if (Object.keys(labels).length !== found.length) throw new Error(`a label twice: ${line}`);
  const number = value?.endsWith('Inf') ? Number(value.replace('Inf', 'Infinity')) : Number(value);
  return { name, labels, series: `${name}{${inner}}`, value: number };
}

function belongs(sample: string, { name, type }: Pick<Family, 'name' | 'type'>): boolean {
  if (type === '') return false;
  if (type !== 'histogram') return sample === name;
  return [`${name}_bucket`, `${name}_sum`, `${name}_count`].includes(sample);
}

/** Each series has buckets that never fall, the last of them `+Inf` and the same as its count. */
function checkHistogram({ name, samples }: Family): void {
  const series = new Map<string, PrometheusSample[]>();
  for (const sample of samples) {
    const { le: _le, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  for (const [key, all] of series) {
    const buckets = all.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels: { le = '' } }) => (le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)));
    const rises = (values: readonly number[]) =>
      values.every((each, index) => index === 0 || each >= (values[index - 1] ?? 0));
    const count = all.find((sample) => sample.name === `${name}_count`)?.value;
    const hasSum = all.some((sample) => sample.name === `${name}_sum`);
    if (!rises(bounds) || bounds.at(-1) !== Number.POSITIVE_INFINITY)
      throw new Error(`${name}${key}: bounds ${bounds}`);
    if (!rises(buckets.map(({ value }) => value))) throw new Error(`${name}${key}: its buckets fall`);
    if (buckets.at(-1)?.value !== count || !hasSum) throw new Error(`${name}${key}: no sum, or another count`);
  }
}
