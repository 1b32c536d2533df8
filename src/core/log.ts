import { maskCredentials } from './mask.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** One line an event; no password of a URL ever appears in it. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log whose lines name `scope`, for example `camera front`. */
  child(scope: string): Log;
}

export interface LogOptions {
  readonly write: (line: string) => void;
  /** The least level that is written. */
  readonly level: LogLevel;
  readonly scope?: string;
}

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** `2026-01-31T12:00:00.000Z info  camera front: live fps=30` */
export function createLog({ write, level, scope }: LogOptions): Log {
  const least = levels.indexOf(level);
  const line =
    (at: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (levels.indexOf(at) < least) return;
      const pairs = Object.entries(fields)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => ` ${key}=${formatValue(value)}`)
        .join('');
      const prefix = scope === undefined ? '' : `${scope}: `;
      write(maskCredentials(escapeControls(`${new Date().toISOString()} ${at.padEnd(5)} ${prefix}${message}${pairs}`)));
    };
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (name) => createLog({ write, level, scope: scope === undefined ? name : `${scope} ${name}` }),
  };
}

/** What a camera or a client says must neither begin a line of its own nor command the terminal. */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped;
  });
}

function formatValue(value: string | number | boolean | undefined): string {
  return typeof value === 'string' && !/^[\w./:@%+-]+$/.test(value) ? JSON.stringify(value) : String(value);
}
