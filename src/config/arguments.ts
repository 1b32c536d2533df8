/** The command line. */

import { parseArgs } from 'node:util';
import { LensError, quote } from '../core/errors.js';
import { maskUrl } from '../core/mask.js';
import { nearest } from './nearest.js';
import { SOURCE_FORMS } from './source.js';

/** What the program does besides serving: the word, and its line in the help. */
const COMMANDS = {
  doctor: 'says what is missing or wrong on this machine, and what to do about it',
  probe: 'tries the chips of this machine that decode, scale and encode, and keeps what it finds',
  cameras: 'lists the cameras that it finds, as lines for the configuration',
} as const;

export type CommandWord = keyof typeof COMMANDS;

export interface Arguments {
  readonly command: 'serve' | 'help' | 'version' | CommandWord;
  /** Whether a command answers with JSON. */
  readonly json: boolean;
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
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/**
 * Parses what follows the program's name. An option given twice counts as it was given last; `--source` adds up.
 * @throws LensError ARGUMENT_INVALID
 */
export function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'option') checkOption(token.name, token.rawName, token.value, token.inlineValue === true);
  }
  const [word, ...others] = positionals;
  const command = word !== undefined && isCommand(word) ? word : 'serve';
  const unexpectedWord = command === 'serve' ? word : others[0];
  if (unexpectedWord !== undefined) throw unexpected(unexpectedWord);
  if (values.json === true && command === 'serve') {
    throw invalid(`Option --json goes with a command: ${Object.keys(COMMANDS).join(', ')}.`);
  }
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const sources = Array.isArray(values.source) ? values.source.filter((value) => typeof value === 'string') : [];
  return {
    command: values.help === true ? 'help' : values.version === true ? 'version' : command,
    json: values.json === true,
    config: text(values.config),
    sources,
    host: text(values.host),
    port: text(values.port),
  };
}

function isCommand(word: string): word is CommandWord {
  return Object.hasOwn(COMMANDS, word);
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
  const near = nearest(word, Object.keys(COMMANDS));
  const command = near === undefined ? '' : ` Did you mean ${near}?`;
  const meant = /^[a-z0-9]+:/i.test(word) ? ` A source is given with --source ${shown}` : command;
  return invalid(`Unexpected argument ${quote(shown)}.${meant}`);
}

function invalid(message: string): LensError {
  return new LensError('ARGUMENT_INVALID', message, { hint: 'lenscast --help lists what is allowed.' });
}

export function helpText(): string {
  const commands = Object.entries(COMMANDS).map(([word, summary]) => `  ${word.padEnd(15)} ${summary}`);
  return `Usage: lenscast [command] [options]

Shows cameras in browsers. Or, with a command:

${commands.join('\n')}

  --config FILE   configuration (default: lenscast.yaml in this directory, if there)
  --source URI    show this camera instead of the configuration's; may be repeated
                  ${SOURCE_FORMS}
  --host HOST     address to listen on (default: 127.0.0.1; 0.0.0.0 for every one)
  --port PORT     port to listen on (default: 8080; 0 for a free one)
  --json          a command's answer for programs
  --help          this text
  --version       the version

Every key of the configuration can also be set by a variable, for example
LENSCAST_SERVER_PORT or LENSCAST_CAMERAS_FRONT_SOURCE.
`;
}
