/** Draws what became of one viewer: bandwidth, tier and frame age over time, as SVG. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LoggedSwitch, TierFacts } from './link-servers.js';
import type { TimeSeries } from './timed-viewers.js';

const folder = fileURLToPath(new URL('../results/', import.meta.url));

export interface PlotData {
  readonly series: TimeSeries;
  readonly switches: readonly LoggedSwitch[];
  /** The link’s, from each moment on. */
  readonly rates: readonly { readonly atMs: number; readonly mbit: number }[];
  readonly tiers: readonly TierFacts[];
}

interface Panel {
  readonly title: string;
  readonly top: number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  readonly y: (value: number) => number;
}

const width = 860;
const left = 92;
const right = 18;
const panelHeight = 130;
const gap = 46;
const colors = { link: '#9aa0a6', sent: '#1f77b4', tier: '#2ca02c', age: '#d62728', frames: '#7f4bc4' };

/** Returns the file's path. */
export function storePlot(name: string, data: PlotData): string {
  const file = `${folder}${name}.svg`;
  writeFileSync(file, `${drawPlot(data)}\n`);
  return file;
}

function drawPlot({ series, switches, rates, tiers }: PlotData): string {
  const endMs = series.endMs;
  const x = (ms: number) => left + ((width - left - right) * ms) / endMs;
  const seconds = Array.from({ length: Math.floor(endMs / 1000) }, (_, i) => 1000 * i);
  const inSecond = (ms: number) => series.frames.filter(({ atMs }) => atMs >= ms && atMs < ms + 1000);
  const sent = seconds.map((ms) => [ms, inSecond(ms).reduce((sum, { bytes }) => sum + bytes, 0) / 125_000] as const);
  const frames = seconds.map((ms) => [ms, inSecond(ms).length] as const);
  const panels = panelsFor(tiers);
  const [mbit, tier, fps, age] = panels;
  const link = rates.map((rate) => [rate.atMs, rate.mbit] as const);
  const moves = switches.map((one) => [one.atMs - series.startMs, placeOf(one.tier, tiers)] as const);
  const dots = series.frames.map(({ atMs, ageMs }) => {
    return `<circle cx="${x(atMs).toFixed(1)}" cy="${age.y(Math.max(10, ageMs)).toFixed(1)}" r="1.6" fill="${colors.age}" fill-opacity="0.6"/>`;
  });
  const height = age.top + panelHeight + 40;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#333">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...panels.map((panel) => drawAxes(panel, x, endMs)),
    steps(link, endMs, x, mbit.y, colors.link, 5),
    steps(sent, endMs, x, mbit.y, colors.sent, 1.5),
    steps([[0, 0], ...moves], endMs, x, tier.y, colors.tier, 3),
    steps(frames, endMs, x, fps.y, colors.frames, 1.5),
    ...dots,
    legend(mbit.top - 8, [
      ['the link', colors.link],
      ['received, over a second', colors.sent],
    ]),
    `<text x="${(left + width - right) / 2}" y="${height - 8}" text-anchor="middle">seconds</text>`,
    '</svg>',
  ].join('\n');
}

function panelsFor(tiers: readonly TierFacts[]): readonly [Panel, Panel, Panel, Panel] {
  const top = (i: number) => 34 + i * (panelHeight + gap);
  const logarithmic = (i: number, min: number, max: number) => (value: number) =>
    top(i) + panelHeight - (panelHeight * Math.log(Math.max(min, value) / min)) / Math.log(max / min);
  const linear = (i: number, max: number) => (value: number) => top(i) + panelHeight * (1 - value / max);
  const labelled = (values: readonly number[]) => values.map((at) => ({ at, label: String(at) }));
  return [
    { title: 'Mb/s', top: top(0), ticks: labelled([0.5, 1, 2, 5, 10, 20, 50]), y: logarithmic(0, 0.3, 60) },
    {
      title: 'tier',
      top: top(1),
      ticks: tiers.map(({ name }, at) => ({ at, label: name })),
      y: (place) => top(1) + (panelHeight * (place + 0.5)) / tiers.length,
    },
    { title: 'frames a second', top: top(2), ticks: labelled([0, 10, 20, 30]), y: linear(2, 36) },
    {
      title: 'age at arrival, ms',
      top: top(3),
      ticks: labelled([10, 30, 100, 300, 1000, 3000]),
      y: logarithmic(3, 8, 5000),
    },
  ];
}

function placeOf(tier: string, tiers: readonly TierFacts[]): number {
  return tiers.findIndex(({ name }) => name === tier);
}

function drawAxes({ title, top, ticks, y }: Panel, x: (ms: number) => number, endMs: number): string {
  const lines = ticks.map(({ at, label }) => {
    const line = `<line x1="${left}" x2="${width - right}" y1="${y(at).toFixed(1)}" y2="${y(at).toFixed(1)}" stroke="#e6e6e6"/>`;
    return `${line}<text x="${left - 8}" y="${(y(at) + 4).toFixed(1)}" text-anchor="end">${label}</text>`;
  });
  const marks = Array.from({ length: Math.floor(endMs / 10_000) + 1 }, (_, i) => {
    return `<text x="${x(10_000 * i).toFixed(1)}" y="${top + panelHeight + 16}" text-anchor="middle">${10 * i}</text>`;
  });
  const frame = `<rect x="${left}" y="${top}" width="${width - left - right}" height="${panelHeight}" fill="none" stroke="#bbb"/>`;
  return `<text x="${left}" y="${top - 8}" font-weight="bold">${title}</text>${lines.join('')}${marks.join('')}${frame}`;
}

function steps(
  points: readonly (readonly [number, number])[],
  endMs: number,
  x: (ms: number) => number,
  y: (value: number) => number,
  color: string,
  thickness: number,
): string {
  const path = points.map(([ms, value], i) => {
    const until = points[i + 1]?.[0] ?? endMs;
    return `${i === 0 ? 'M' : 'L'}${x(ms).toFixed(1)},${y(value).toFixed(1)} L${x(until).toFixed(1)},${y(value).toFixed(1)}`;
  });
  return `<path d="${path.join(' ')}" fill="none" stroke="${color}" stroke-width="${thickness}"/>`;
}

function legend(y: number, entries: readonly (readonly [string, string])[]): string {
  return entries
    .map(([label, color], i) => {
      const at = width - right - 330 + 120 * i;
      return `<rect x="${at}" y="${y - 8}" width="14" height="5" fill="${color}"/><text x="${at + 20}" y="${y}">${label}</text>`;
    })
    .join('');
}
