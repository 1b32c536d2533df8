/** Results on disk: a JSON file for each scenario and day, and one Markdown page over the newest of each. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ScenarioResult, Target } from './report.js';
import { ustreamerProgram } from './servers.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'bench', 'results');

export interface StoredResult extends ScenarioResult {
  readonly scenario: string;
  readonly date: string;
  readonly machine: Machine;
}

interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
  readonly gstreamer: string;
  readonly ustreamer: string;
  readonly lenscast: string;
  /** The policy under which servers and load run, sched(7). */
  readonly scheduling: string;
}

export function describeMachine(scheduling: string): Machine {
  const output = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: root }).toString().trim();
  const changed = output('git', 'status', '--porcelain', '--untracked-files=no', 'src', 'native') !== '';
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    kernel: release(),
    node: process.versions.node,
    gstreamer: output('gst-inspect-1.0', '--version').match(/GStreamer (\S+)/)?.[1] ?? 'unknown',
    ustreamer: output(ustreamerProgram, '--version'),
    lenscast: output('git', 'rev-parse', '--short', 'HEAD') + (changed ? ' with changes' : ''),
    scheduling,
  };
}

export function storeResult(result: StoredResult): void {
  const file = join(folder, `${result.date}-${result.scenario}.json`);
  writeFileSync(file, `${JSON.stringify(result, rounding, 1)}\n`);
}

function rounding(key: string, value: unknown): unknown {
  // Two hundred viewers that all saw the same say no more than their sums.
  if (key === 'perViewer') return undefined;
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}

export const usualPage = 'mjpeg';
const headings: Readonly<Record<string, string>> = { mjpeg: 'MJPEG', webrtc: 'WebRTC' };

/** Makes a page of the newest result of each of its scenarios; returns the file's path. */
export function storePage(page: string, scenarios: readonly string[]): string {
  const file = join(folder, `${page}.md`);
  const heading = headings[page] ?? `${page.charAt(0).toUpperCase()}${page.slice(1)}`;
  writeFileSync(
    file,
    `${renderResults(
      heading,
      scenarios.flatMap((scenario) => newest(scenario) ?? []),
    )}\n`,
  );
  return file;
}

export function renderResults(heading: string, results: readonly StoredResult[]): string {
  return [`# ${heading}`, targetsSection(results), ...results.map(section)].join('\n\n');
}

/** Puts a text between the marks `NAME:begin` and `NAME:end` of README.md. Throws where it has none. */
export function storeInReadme(name: string, text: string): void {
  const file = join(root, 'README.md');
  const readme = readFileSync(file, 'utf8');
  const [begin, end] = [`<!-- ${name}:begin -->\n`, `<!-- ${name}:end -->`];
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no section ${name}`);
  writeFileSync(file, `${readme.slice(0, from)}${begin}${text}\n${readme.slice(to)}`);
}

/** Undefined where it was never run. */
export function newest(scenario: string): StoredResult | undefined {
  const name = readdirSync(folder)
    .filter((file) => file.slice('0000-00-00-'.length) === `${scenario}.json`)
    .sort()
    .at(-1);
  return name === undefined ? undefined : JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

function targetsSection(results: readonly StoredResult[]): string {
  const rows = results.flatMap(({ targets }) => targets).map(targetRow);
  return `What was to be reached:\n\n${markdownTable(['what', 'measured', 'to reach', 'reached'], rows)}`;
}

function targetRow({ what, measured, limit, unit }: Target): readonly string[] {
  const ratio = limit > 0 ? ` (${(measured / limit).toFixed(2)} of it)` : '';
  const verdict = Number.isNaN(measured) ? 'not measured' : measured <= limit ? 'yes' : '**no**';
  return [what, `${rounded(measured)} ${unit}`, `≤ ${limit} ${unit}`, verdict + ratio];
}

function rounded(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

function section(result: StoredResult): string {
  const { title, date, machine, notes, tables } = result;
  const { cpu, cores, kernel, node, gstreamer, ustreamer, lenscast, scheduling } = machine;
  const facts = [
    `${date}; ${cpu}, ${cores} cores, Linux ${kernel}, ${scheduling}.`,
    `Lenscast ${lenscast}, Node ${node}, GStreamer ${gstreamer}, µStreamer ${ustreamer}.`,
  ];
  const lines = [`## ${title}`, [...facts, ...notes].join(' ')];
  for (const table of tables)
    lines.push(...(table.title === '' ? [] : [`### ${table.title}`]), markdownTable(table.columns, table.rows));
  return lines.join('\n\n');
}

export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
