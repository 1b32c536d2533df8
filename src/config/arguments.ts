/** The command line. */

import { parseArgs } from 'node:util';
import { LensError, quote } from '../core/errors.js';
import { maskUrl } from '../core/mask.js';
import { nearest } from './nearest.js';
import { SOURCE_FORMS } from './source.js';

export interface Arguments {
  readonly command: 'serve' | 'help' | 'version';
  readonly config: string | undefined;
  readonly sources: readonly string[];
  readonly host: string | undefined;
  /** Still a text: it is checked with the rest of the configuration. */
  readonly port: string | undefined;
}

const OPTIONS = {
  config: { type: 'string' },
  source: { type: 'string', multiple: true },
  host: { type: 'string' },
  port: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/**
 * Parses what follows the program's name. An option given twice counts as it was given last; `--source` adds up.
 * @throws LensError ARGUMENT_INVALID
 */
export function parseArguments(words: readonly string[]): Arguments {
  const { values, tokens } = parseArgs({
    args: [...words],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'positional') throw unexpected(token.value);
    if (token.kind === 'option') checkOption(token.name, token.rawName, token.value, token.inlineValue === true);
  }
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const sources = Array.isArray(values.source) ? values.source.filter((value) => typeof value === 'string') : [];
  return {
    command: values.help === true ? 'help' : values.version === true ? 'version' : 'serve',
    config: text(values.config),
    sources,
    host: text(values.host),
    port: text(values.port),
  };
}

function checkOption(name: string, rawName: string, value: string | undefined, inline: boolean): void {
  if (!Object.hasOwn(OPTIONS, name)) {
    const near = rawName.startsWith('--') ? nearest(name, Object.keys(OPTIONS)) : undefined;
    const meant = near === undefined ? '' : ` Did you mean --${near}?`;
    throw invalid(`Unknown option ${quote(maskUrl(rawName))}.${meant}`);
  }
  const { type } = OPTIONS[name as keyof typeof OPTIONS];
  if (type === 'boolean' && value !== undefined) throw invalid(`Option ${rawName} takes no value.`);
  const missing = value === undefined || value === '' || (!inline && value.startsWith('-'));
  if (type === 'string' && missing) throw invalid(`Option ${rawName} needs a value.`);
}

function unexpected(word: string): LensError {
  const shown = maskUrl(word);
  const meant = /^[a-z0-9]+:/i.test(word) ? ` A source is given with --source ${shown}` : '';
  return invalid(`Unexpected argument ${quote(shown)}.${meant}`);
}

function invalid(message: string): LensError {
  return new LensError('ARGUMENT_INVALID', message, { hint: 'lenscast --help lists what is allowed.' });
}

export function helpText(): string {
  return `Usage: lenscast [options]

Shows cameras in browsers.

  --config FILE   configuration (default: lenscast.yaml in this directory, if there)
  --source URI    show this camera instead of the configuration's; may be repeated
                  ${SOURCE_FORMS}
  --host HOST     address to listen on (default: 127.0.0.1; 0.0.0.0 for every one)
  --port PORT     port to listen on (default: 8080; 0 for a free one)
  --help          this text
  --version       the version

Every key of the configuration can also be set by a variable, for example
LENSCAST_SERVER_PORT or LENSCAST_CAMERAS_FRONT_SOURCE.
`;
}
