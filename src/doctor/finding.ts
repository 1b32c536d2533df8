/** What a check found: one line for people, one object for programs. */
export interface Finding {
  readonly check: Check;
  readonly level: Level;
  /** What is so, without a full stop. */
  readonly message: string;
  /** What to do about it: a sentence or a command. */
  readonly remedy?: string;
}

/** The names are stable: programs select by them. */
export type Check =
  | 'addon'
  | 'camera'
  | 'clock'
  | 'config'
  | 'device'
  | 'disk'
  | 'encoder'
  | 'limits'
  | 'memory'
  | 'network'
  | 'permission'
  | 'plugin'
  | 'port'
  | 'version';

/** `problem`: something that was asked for can't work. `warning`: something that may be wanted won't, or not for long. */
export type Level = 'ok' | 'warning' | 'problem';

type Words = Pick<Finding, 'message' | 'remedy'>;

export function ok(check: Check, message: string, remedy?: string): Finding {
  return finding('ok', check, message, remedy);
}

export function warning(check: Check, message: string, remedy?: string): Finding {
  return finding('warning', check, message, remedy);
}

export function problem(check: Check, message: string, remedy?: string): Finding {
  return finding('problem', check, message, remedy);
}

/** The message may be a sentence of an error. */
export function finding(level: Level, check: Check, sentence: string, remedy?: string): Finding {
  const message = sentence.replace(/\.$/, '');
  const words: Words = remedy === undefined ? { message } : { message, remedy };
  return { check, level, ...words };
}

/** The command that installs Debian packages, each named once. */
export function installRemedy(packages: readonly string[]): string {
  return `sudo apt-get install --no-install-recommends ${[...new Set(packages)].join(' ')}`;
}
