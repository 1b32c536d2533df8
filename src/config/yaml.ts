/** Reads a YAML text (1.2, core schema) into a tree and remembers where each key stands. */

import { type Document, isAlias, isMap, isNode, isScalar, LineCounter, type Pair, parseDocument } from 'yaml';
import { type ConfigProblem, configInvalid, type Locate } from './problems.js';

export interface YamlTree {
  readonly tree: Record<string, unknown>;
  /** Gives `file:line:column`; the place of the nearest parent where the key itself isn't written. */
  readonly locate: Locate;
  /** The keys of a map in the order of the text. */
  readonly keysOf: (path: readonly string[]) => readonly string[];
}

/**
 * An empty text is an empty tree. `file` only names the text in messages.
 * @throws LensError CONFIG_INVALID with line and column: broken syntax, a key that is there twice, no map at the top.
 */
export function readYaml(text: string, file: string): YamlTree {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const problems = syntaxProblems(document, text, place);
  if (problems.length > 0) throw configInvalid(problems);
  const tree: unknown = toTree(document, file);
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) {
    const message = 'at the top there must be a map with the keys server, webrtc, cameras.';
    throw configInvalid([{ where: `${file}:1:1`, key: '', message }]);
  }
  return {
    tree: tree as Record<string, unknown>,
    locate: (path, what) => place(offsetOf(document, path, what)),
    keysOf: (path) => keysAt(document, path),
  };
}

/** Every key that is there twice, and the first error of another kind: those after it mostly follow from it. */
function syntaxProblems(document: Document.Parsed, text: string, place: (offset: number) => string): ConfigProblem[] {
  const duplicates = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY');
  const problems = duplicates.map(({ pos }): ConfigProblem => {
    const key = keyTextAt(text, pos[0]);
    return { where: place(pos[0]), key, message: `the key "${key}" is there twice.` };
  });
  const other = document.errors.find(({ code }) => code !== 'DUPLICATE_KEY');
  if (other !== undefined) {
    const line = lineAt(text, other.pos[0]);
    const hint = /:\s+(?:test|csi):/.test(line) ? ' Write a source that ends with a colon in quotes: "test:".' : '';
    problems.push({ where: place(other.pos[0]), key: '', message: `not valid YAML: ${other.message}.${hint}` });
  }
  return problems;
}

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', start);
  return text.slice(start, end === -1 ? text.length : end);
}

function toTree(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    // An alias that nests itself too often; the library throws here and not while it parses.
    const reason = error instanceof Error ? error.message : String(error);
    throw configInvalid([{ where: `${file}:1:1`, key: '', message: `not valid YAML: ${reason}` }]);
  }
}

function keyTextAt(text: string, offset: number): string {
  return /^["']?([^\s:"']*)/.exec(text.slice(offset, offset + 100))?.[1] ?? '';
}

function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function follow(document: Document.Parsed, path: readonly string[]) {
  let node: unknown = document.contents;
  let pair: Pair | undefined;
  let complete = true;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    const next: Pair | undefined = isMap(node) ? node.items.find((item) => keyText(item) === key) : undefined;
    if (next === undefined) {
      complete = false;
      break;
    }
    pair = next;
    node = next.value;
  }
  return { pair, node, complete };
}

function offsetOf(document: Document.Parsed, path: readonly string[], what: 'key' | 'value'): number {
  const { pair, node, complete } = follow(document, path);
  // A missing key is reported at the key of the map that should hold it.
  const target = what === 'value' && complete && !isMap(node) ? node : pair?.key;
  return isNode(target) ? (target.range?.[0] ?? 0) : 0;
}

function keysAt(document: Document.Parsed, path: readonly string[]): readonly string[] {
  const { node: found, complete } = follow(document, path);
  const node = isAlias(found) ? found.resolve(document) : found;
  return complete && isMap(node) ? node.items.map(keyText) : [];
}
