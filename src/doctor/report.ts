import { escapeControls } from '../core/log.js';
import { maskCredentials } from '../core/mask.js';
import type { Finding, Level } from './finding.js';

export interface DoctorReport {
  readonly version: string;
  readonly findings: readonly Finding[];
}

/** The worst of them; `ok` where there is none. */
export function worstLevel(findings: readonly Finding[]): Level {
  const has = (level: Level) => findings.some((finding) => finding.level === level);
  return has('problem') ? 'problem' : has('warning') ? 'warning' : 'ok';
}

/** `{"version", "result", "problems", "warnings", "findings": [{"check", "level", "message", "remedy"?}]}` */
export function toJson({ version, findings }: DoctorReport): string {
  const clean = findings.map(({ message, ...rest }) => ({ ...rest, message: maskCredentials(message) }));
  const report = {
    version,
    result: worstLevel(findings),
    problems: count(findings, 'problem'),
    warnings: count(findings, 'warning'),
    findings: clean.map(({ check, level, message, remedy }) => ({ check, level, message, remedy })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

const colours: Readonly<Record<Level, string>> = { ok: '32', warning: '33', problem: '31;1' };

/** A line for each finding, problems last, where the eye is. */
export function toText({ findings }: DoctorReport, options: { readonly coloured: boolean }): string {
  const paint = (text: string, colour: string) => (options.coloured ? `\u001b[${colour}m${text}\u001b[0m` : text);
  const lines = inOrder(findings).map(({ level, check, message, remedy }) => {
    const what = plain(remedy === undefined ? message : `${message}. To do: ${remedy}`);
    return `${paint(level.padEnd(7), colours[level])}  ${check.padEnd(10)}  ${what}`;
  });
  return `${[...lines, paint(summary(findings), colours[worstLevel(findings)])].join('\n')}\n`;
}

function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const levels: readonly Level[] = ['ok', 'warning', 'problem'];
  return levels.flatMap((level) => findings.filter((finding) => finding.level === level));
}

function summary(findings: readonly Finding[]): string {
  const problems = count(findings, 'problem');
  const warnings = count(findings, 'warning');
  if (problems + warnings === 0) return 'All is well.';
  const named = (number: number, word: string) => (number === 0 ? [] : [`${number} ${word}${number === 1 ? '' : 's'}`]);
  return `${[...named(problems, 'problem'), ...named(warnings, 'warning')].join(', ')}.`;
}

function count(findings: readonly Finding[], level: Level): number {
  return findings.filter((finding) => finding.level === level).length;
}

/** What devices call themselves must neither begin a line of its own nor command the terminal. */
function plain(text: string): string {
  return maskCredentials(escapeControls(text));
}
