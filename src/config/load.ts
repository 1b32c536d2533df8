/**
 * Puts the configuration together. Each layer goes over the one before: defaults, the file, the environment, the
 * command line. Cameras of `--source` stand in place of the file's cameras; they are called `cam1`, `cam2` and so on.
 */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LensError } from '../core/errors.js';
import type { Arguments } from './arguments.js';
import { type Config, toConfig } from './config.js';
import { type Environment, readEnvironment, type Setting } from './env.js';
import { type KeyNode, keyTree, nodeAt } from './keys.js';
import { configInvalid, describeIssues, type Locate } from './problems.js';
import { configSchema, DEFAULT_TIERS } from './schema.js';
import { readYaml, type YamlTree } from './yaml.js';

export const DEFAULT_FILE = 'lenscast.yaml';

export interface LoadOptions {
  readonly arguments: Pick<Arguments, 'config' | 'sources' | 'host' | 'port'>;
  readonly environment: Environment;
  /** Where `lenscast.yaml` is looked for, and what a relative `--config` counts from. */
  readonly workingDirectory: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** The absolute path of the file that was read; null where there is none. */
  readonly file: string | null;
  /** There is nothing in the file but space and comments, or there is none. */
  readonly isBlank: boolean;
}

/**
 * Reads the file of `--config`, else of `LENSCAST_CONFIG`, else `lenscast.yaml` in the working directory if it exists.
 *
 * @throws LensError CONFIG_NOT_FOUND where a file that was asked for can't be read; CONFIG_INVALID with every problem,
 * each with its file, line and column, variable or option.
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const asked = options.arguments.config ?? (options.environment.LENSCAST_CONFIG || undefined);
  const file = resolve(options.workingDirectory, asked ?? DEFAULT_FILE);
  const text = await readText(file, asked);
  const config = parseConfig(text ?? '', asked ?? DEFAULT_FILE, options);
  return { config, file: text === undefined ? null : file, isBlank: !/^\s*[^\s#-]/m.test(text ?? '') };
}

/** {@link loadConfig} without the disk: `text` is the file's, `name` what messages call it. */
export function parseConfig(
  text: string,
  name: string,
  { arguments: given, environment }: Pick<LoadOptions, 'arguments' | 'environment'>,
): Config {
  const root = keyTree(configSchema);
  const yaml = readYaml(text, name);
  const { tree } = yaml;
  dropNulls(tree, root);
  const sources = given.sources.map((value, index) => {
    return { path: ['cameras', `cam${index + 1}`, 'source'], value, origin: '--source' };
  });
  if (sources.length > 0) tree.cameras = {};
  for (const setting of sources) apply(tree, root, setting);
  const { settings, problems } = readEnvironment(environment, root, tree);
  const layers = [...settings, ...sources, ...optionSettings(given)];
  for (const setting of layers) apply(tree, root, setting);
  const checked = configSchema.safeParse(tree);
  if (!checked.success) problems.push(...describeIssues(checked.error.issues, tree, root, locator(yaml, layers)));
  if (!checked.success || problems.length > 0) throw configInvalid(problems);
  return toConfig(checked.data, cameraOrder(yaml, sources, checked.data.cameras));
}

function optionSettings(given: LoadOptions['arguments']): Setting[] {
  const settings: Setting[] = [];
  if (given.host !== undefined) settings.push({ path: ['server', 'host'], value: given.host, origin: '--host' });
  if (given.port !== undefined) settings.push({ path: ['server', 'port'], value: given.port, origin: '--port' });
  return settings;
}

async function readText(file: string, asked: string | undefined): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (asked === undefined && code === 'ENOENT') return undefined;
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'there is no such file',
      EACCES: 'this user may not read it',
      EISDIR: 'it is a directory',
    };
    const reason = reasons[code] ?? (code === '' ? 'it could not be read' : code);
    const hint = asked === undefined ? {} : { hint: 'Give an existing file with --config or LENSCAST_CONFIG.' };
    throw new LensError('CONFIG_NOT_FOUND', `Configuration file ${JSON.stringify(file)}: ${reason}.`, {
      ...hint,
      cause: error,
    });
  }
}

type Tree = Record<string, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A key with nothing behind it counts as left out; a camera or a tier with nothing behind it has all its defaults. */
function dropNulls(tree: Tree, node: KeyNode): void {
  for (const [key, value] of Object.entries(tree)) {
    const child = nodeAt(node, [key]);
    if (value === null && node.kind === 'record' && key !== '__proto__') tree[key] = {};
    else if (value === null && child !== undefined) delete tree[key];
    else if (isTree(value) && child !== undefined) dropNulls(value, child);
  }
}

/** Where the file has a value in place of a map, it stays: the check reports it. */
function apply(tree: Tree, root: KeyNode, { path, value }: Setting): void {
  let place = tree;
  for (const key of path.slice(0, -1)) {
    if (!Object.hasOwn(place, key)) place[key] = key === 'tiers' ? defaultTierNames() : {};
    const next = place[key];
    if (!isTree(next)) return;
    place = next;
  }
  const node = nodeAt(root, path);
  place[path.at(-1) ?? ''] = node === undefined ? value : toValue(value, node);
}

/** A list's entries stand apart by commas. */
function toValue(text: string, node: KeyNode): unknown {
  if (node.kind === 'value' && node.number && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (node.kind === 'value' && node.list) return text.split(',').map((entry) => entry.trim());
  return text;
}

/** A variable that changes one tier of a camera without `tiers` leaves it the other default ones. */
function defaultTierNames(): Tree {
  return Object.fromEntries(Object.keys(DEFAULT_TIERS).map((name) => [name, {}]));
}

function locator(yaml: YamlTree, layers: readonly Setting[]): Locate {
  return (path, what) => {
    const exact = layers.findLast((setting) => setting.path.join('.') === path.join('.'));
    if (exact !== undefined) return exact.origin;
    const written = path.length === 0 || yaml.keysOf(path.slice(0, -1)).includes(path.at(-1) ?? '');
    const below = layers.findLast((setting) => path.every((key, index) => setting.path[index] === key));
    return !written && below !== undefined ? below.origin : yaml.locate(path, what);
  };
}

function cameraOrder(yaml: YamlTree, sources: readonly Setting[], cameras: object): readonly string[] {
  const first = sources.length > 0 ? sources.map(({ path }) => path[1] ?? '') : yaml.keysOf(['cameras']);
  return [...new Set([...first, ...Object.keys(cameras)])];
}
