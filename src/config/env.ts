/**
 * Every key also as an environment variable: its path in upper case, joined by `_`, after `LENSCAST_`. So
 * `cameras.front.tiers.high.width` is `LENSCAST_CAMERAS_FRONT_TIERS_HIGH_WIDTH`. A camera or tier of the file is found
 * whether its name has `-` or `_`; a new one gets `_`. An empty variable counts as not set.
 */

import { maskCredentials } from '../core/mask.js';
import type { KeyNode } from './keys.js';
import { nearest } from './nearest.js';
import type { ConfigProblem } from './problems.js';

const PREFIX = 'LENSCAST_';

/** Variables that are no keys: see `scripts/`, the addon's loader and {@link loadConfig}. */
export const RESERVED_VARIABLES: readonly string[] = ['LENSCAST_ADDON', 'LENSCAST_CONFIG', 'LENSCAST_SKIP_SYSTEM_DEPS'];

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value from outside of the file, still a text. */
export interface Setting {
  readonly path: readonly string[];
  readonly value: string;
  /** The variable or option that it came from. */
  readonly origin: string;
}

/** `tree` is the configuration so far: its names tell how to read those of the variables. */
export function readEnvironment(environment: Environment, root: KeyNode, tree: unknown) {
  const settings: Setting[] = [];
  const problems: ConfigProblem[] = [];
  for (const name of Object.keys(environment).toSorted()) {
    const value = environment[name];
    if (!name.startsWith(PREFIX) || value === undefined || value === '' || RESERVED_VARIABLES.includes(name)) continue;
    const words = name.slice(PREFIX.length).split('_');
    const readings = readPath(root, words, tree);
    const best = readings.toSorted((left, right) => right.known - left.known)[0];
    const rivals = readings.filter(({ known }) => known === best?.known && known > 0);
    if (best === undefined) problems.push(unknownVariable(name, words, root));
    else if (rivals.length > 1) problems.push(ambiguous(name, rivals));
    else settings.push({ path: best.path, value, origin: name });
  }
  return { settings, problems };
}

interface Reading {
  readonly path: readonly string[];
  /** How many of its names stand in the configuration already. */
  readonly known: number;
}

function readPath(node: KeyNode, words: readonly string[], tree: unknown): Reading[] {
  if (node.kind === 'value') return words.length === 0 ? [{ path: [], known: 0 }] : [];
  const readings: Reading[] = [];
  if (node.kind === 'object') {
    for (const [key, child] of node.keys) {
      const keyWords = variableForm(key).split('_');
      if (!keyWords.every((word, index) => word === words[index])) continue;
      for (const { path, known } of readPath(child, words.slice(keyWords.length), childOf(tree, key))) {
        readings.push({ path: [key, ...path], known });
      }
    }
    return readings;
  }
  for (let count = 1; count < words.length; count++) {
    const name = words.slice(0, count).join('_');
    const existing = ownKeys(tree).filter((key) => variableForm(key) === name);
    for (const key of existing.length > 0 ? existing : [name.toLowerCase()]) {
      for (const { path, known } of readPath(node.value, words.slice(count), childOf(tree, key))) {
        readings.push({ path: [key, ...path], known: known + (existing.length > 0 ? 1 : 0) });
      }
    }
  }
  return readings;
}

function variableForm(key: string): string {
  return key.toUpperCase().replaceAll('-', '_');
}

function ownKeys(tree: unknown): string[] {
  return typeof tree === 'object' && tree !== null ? Object.keys(tree) : [];
}

function childOf(tree: unknown, key: string): unknown {
  if (typeof tree !== 'object' || tree === null || !Object.hasOwn(tree, key)) return undefined;
  return (tree as Record<string, unknown>)[key];
}

/** All variable names that the words could have been meant to be; names of cameras and tiers are taken as they are. */
function* candidates(node: KeyNode, words: readonly string[]): Generator<string[]> {
  if (node.kind === 'value') yield [];
  else if (node.kind === 'object') {
    for (const [key, child] of node.keys) {
      const keyWords = variableForm(key).split('_');
      for (const rest of candidates(child, words.slice(keyWords.length))) yield [...keyWords, ...rest];
    }
  } else {
    for (let count = 1; count < words.length; count++) {
      for (const rest of candidates(node.value, words.slice(count))) yield [...words.slice(0, count), ...rest];
    }
  }
}

const MAX_WORDS = 24;

function unknownVariable(name: string, words: readonly string[], root: KeyNode): ConfigProblem {
  const known = RESERVED_VARIABLES.map((reserved) => reserved.slice(PREFIX.length));
  // Names can be split into words in many ways: their number grows with the square of the words.
  if (words.length <= MAX_WORDS) for (const candidate of candidates(root, words)) known.push(candidate.join('_'));
  const near = nearest(words.join('_'), known);
  const meant = near === undefined ? '' : ` Did you mean ${PREFIX}${near}?`;
  const forms = 'LENSCAST_SERVER_PORT, LENSCAST_CAMERAS_<ID>_SOURCE or LENSCAST_CAMERAS_<ID>_TIERS_<TIER>_WIDTH';
  return {
    where: maskCredentials(name),
    key: '',
    message: `no such setting.${meant} Variables are written like ${forms}.`,
  };
}

function ambiguous(name: string, readings: readonly Reading[]): ConfigProblem {
  const keys = readings.map(({ path }) => path.join('.')).join(' or ');
  return { where: name, key: '', message: `could mean ${keys}; set it in the file instead.` };
}
