/** What is wrong with a configuration, in words that name the place, the key and what is allowed. */

import type { z } from 'zod';
import { LensError } from '../core/errors.js';
import { maskCredentials, maskUrl } from '../core/mask.js';
import { allowedText, type KeyNode, nodeAt } from './keys.js';
import { nearest } from './nearest.js';

export interface ConfigProblem {
  /** `lenscast.yaml:3:9` (file, line, column), the name of an environment variable, or an option. */
  readonly where: string;
  /** The key's path as in the file, for example `server.port`; empty where there is none. */
  readonly key: string;
  readonly message: string;
}

/** Finds where a key was written. `key` asks for the key itself, `value` for what stands behind it. */
export type Locate = (path: readonly string[], what: 'key' | 'value') => string;

const PROBLEMS_SHOWN = 20;
/** Compares `file:3:9` with `file:10:1` by the numbers. */
const BY_PLACE = new Intl.Collator('en', { numeric: true });

/** One error for all problems: a line each. Credentials are masked. */
export function configInvalid(problems: readonly ConfigProblem[]): LensError {
  const inOrder = problems.toSorted((left, right) => BY_PLACE.compare(left.where, right.where));
  const masked = inOrder.map(({ where, key, message }) => ({ where, key, message: maskCredentials(message) }));
  const lines = masked.slice(0, PROBLEMS_SHOWN).map(({ where, message }) => `${where}: ${message}`);
  if (masked.length > PROBLEMS_SHOWN) lines.push(`and ${masked.length - PROBLEMS_SHOWN} more`);
  return new LensError('CONFIG_INVALID', lines.join('\n'), { details: { problems: masked } });
}

/** Translates zod's issues. `tree` is what was checked. */
export function describeIssues(issues: readonly z.core.$ZodIssue[], tree: unknown, root: KeyNode, locate: Locate) {
  const problems: ConfigProblem[] = [];
  const seen = new Set<string>();
  for (const issue of issues) {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) problems.push(unknownKey(path, key, root, locate));
      continue;
    }
    const key = path.join('.');
    if (seen.has(key)) continue;
    seen.add(key);
    problems.push(
      issue.code === 'invalid_key' ? invalidName(path, root, locate) : invalidValue(path, issue, tree, root, locate),
    );
  }
  return problems;
}

function unknownKey(path: readonly string[], key: string, root: KeyNode, locate: Locate): ConfigProblem {
  const full = [...path, key];
  const node = nodeAt(root, path);
  const known = node?.kind === 'object' ? [...node.keys.keys()] : [];
  const near = nearest(key, known);
  const meant = near === undefined ? '' : `; did you mean "${near}"?`;
  const place = path.length === 0 ? 'at the top' : `in ${path.join('.')}`;
  return {
    where: locate(full, 'key'),
    key: full.join('.'),
    message: `unknown key "${key}" ${place}${meant === '' ? '.' : meant} Allowed: ${known.join(', ')}.`,
  };
}

function invalidName(path: readonly string[], root: KeyNode, locate: Locate): ConfigProblem {
  const parent = nodeAt(root, path.slice(0, -1));
  const allowed = parent?.kind === 'record' ? parent.name.allowed : '';
  const key = path.join('.');
  const what = path.at(-2) === 'tiers' ? 'a tier' : 'a camera';
  return {
    where: locate(path, 'key'),
    key,
    message: `${key}: ${JSON.stringify(path.at(-1))} can't name ${what}; allowed is ${allowed}.`,
  };
}

function invalidValue(
  path: readonly string[],
  issue: z.core.$ZodIssue,
  tree: unknown,
  root: KeyNode,
  locate: Locate,
): ConfigProblem {
  const key = path.join('.');
  const node = nodeAt(root, path);
  const allowed = node === undefined ? '' : allowedText(node);
  const value = valueAt(tree, path);
  const prefix = key === '' ? '' : `${key}: `;
  let message: string;
  if (value === undefined) message = `${prefix}is missing; allowed is ${allowed}.`;
  else if (issue.code === 'custom' && typeof value === 'string') message = prefix + issue.message;
  else message = `${prefix}${show(value)} is not valid; allowed is ${allowed}.`;
  const where = value === undefined ? locate(path.slice(0, -1), 'key') : locate(path, 'value');
  return { where, key, message };
}

function valueAt(tree: unknown, path: readonly string[]): unknown {
  let value = tree;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

const VALUE_SHOWN = 80;

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0 ? 'an empty map' : 'a map';
  const text = typeof value === 'string' ? JSON.stringify(maskUrl(value)) : String(value);
  return text.length > VALUE_SHOWN ? `${text.slice(0, VALUE_SHOWN)}…` : text;
}
