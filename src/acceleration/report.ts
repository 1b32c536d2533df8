/** What `lenscast probe` prints. */
import { escapeControls } from '../core/log.js';
import type { UnseenCamera } from './camera-formats.js';
import type { Environment } from './environment.js';
import type { Finding, Findings } from './findings.js';

export interface ProbeReport {
  readonly environment: Environment;
  readonly formats: readonly Findings[];
}

/** What is said of cameras that gave nothing, a line each. */
export function unseenToText(unseen: readonly UnseenCamera[]): string {
  const lines = unseen.map(({ camera, reason, isRemembered }) =>
    isRemembered
      ? `camera ${camera} can't be seen now, tried is what it delivered before: ${reason}`
      : `camera ${camera} left out: ${reason}`,
  );
  return lines.map((line) => `lenscast: ${escapeControls(line)}\n`).join('');
}

export function reportToJson({ environment, formats }: ProbeReport, unseen: readonly UnseenCamera[]): string {
  const plain = formats.map(({ format, probedAt, together, findings }) => ({
    format,
    probed_at: probedAt,
    together,
    candidates: findings.map(({ row, job, family, element, passes, reason, msPerFrame }) => ({
      id: row,
      job,
      family,
      element,
      passes,
      reason,
      ms_per_frame: msPerFrame === null ? null : Math.round(msPerFrame * 100) / 100,
    })),
  }));
  const leftOut = unseen.filter(({ isRemembered }) => !isRemembered);
  const left_out = leftOut.map(({ camera, reason }) => ({ camera, reason }));
  return `${JSON.stringify({ environment, formats: plain, left_out }, null, 2)}\n`;
}

const absent = 'absent';
const heads = ['candidate', 'job', 'result', 'ms per frame', 'why not'] as const;

export function reportToText({ environment, formats }: ProbeReport): string {
  const { gstreamer, kernel, drivers } = environment;
  const around = `GStreamer ${gstreamer}, kernel ${kernel}${drivers === '' ? '' : `, ${drivers}`}`;
  return `${around}\n${formats.map(formatToText).join('')}`;
}

function formatToText({ format, together, findings }: Findings): string {
  const there = findings.filter(({ reason }) => reason !== absent);
  const missing = [...new Set(findings.filter(({ reason }) => reason === absent).map(({ element }) => element))];
  const rows = [heads, ...there.map(cells)];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const together_ = together === null ? [] : [`What works alone does not work together: ${together}`];
  const absent_ = missing.length === 0 ? [] : [`absent: ${missing.join(' ')}`];
  return `\n${format}\n${[...lines, ...together_, ...absent_].map((line) => `  ${line}\n`).join('')}`;
}

function cells({ element, family, job, passes, msPerFrame, reason }: Finding): readonly string[] {
  const what = family === 'software' ? element : `${element} (${family})`;
  return [what, job, passes ? 'works' : 'fails', msPerFrame === null ? '-' : msPerFrame.toFixed(1), reason ?? ''];
}
