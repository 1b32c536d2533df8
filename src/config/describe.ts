/** The table of all configuration keys, made from the schema. */

import { allowedText, type KeyNode, keyTree } from './keys.js';
import { configSchema, DEFAULT_TIERS, OWN_TIER_DEFAULTS } from './schema.js';

interface Row {
  readonly key: string;
  readonly allowed: string;
  readonly fallback: string;
  readonly meaning: string;
}

/** A Markdown table: key, what is allowed, default, meaning. */
export function describeConfig(): string {
  const rows = [...rowsOf(keyTree(configSchema), [])];
  const lines = rows.map(({ key, allowed, fallback, meaning }) => {
    return `| \`${key}\` | ${escapeCell(allowed)} | ${escapeCell(fallback)} | ${escapeCell(meaning)} |`;
  });
  return ['| key | allowed | default | meaning |', '|---|---|---|---|', ...lines, ''].join('\n');
}

function* rowsOf(node: KeyNode, path: readonly string[]): Generator<Row> {
  if (node.kind === 'value') {
    yield {
      key: path.join('.'),
      allowed: node.meta.allowed,
      fallback: defaultText(node, path),
      meaning: node.meta.description,
    };
    return;
  }
  if (node.kind === 'record') {
    yield {
      key: path.join('.'),
      allowed: allowedText(node),
      fallback: recordDefault(path),
      meaning: node.meta.description,
    };
    const name = path.at(-1) === 'tiers' ? '<tier>' : '<id>';
    yield { key: [...path, name].join('.'), allowed: node.name.allowed, fallback: '', meaning: node.name.description };
    yield* rowsOf(node.value, [...path, name]);
    return;
  }
  for (const [key, child] of node.keys) yield* rowsOf(child, [...path, key]);
}

function recordDefault(path: readonly string[]): string {
  return path.at(-1) === 'tiers' ? Object.keys(DEFAULT_TIERS).join(', ') : 'none: the first camera found, else test:';
}

function defaultText(node: KeyNode & { kind: 'value' }, path: readonly string[]): string {
  if (path.includes('<tier>')) {
    const key = path.at(-1) ?? '';
    if (!(key in OWN_TIER_DEFAULTS)) return '';
    return Object.entries<Readonly<Record<string, number>>>(DEFAULT_TIERS)
      .map(([name, tier]) => `${name} ${tier[key]}`)
      .join(', ');
  }
  if (Array.isArray(node.default)) return 'none';
  if (node.default !== undefined) return String(node.default);
  return path.at(-1) === 'source' ? 'required' : '';
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
