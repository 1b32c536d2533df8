/** Walks the schema: the one place that knows how zod nests it. */

import { z } from 'zod';
import type { KeyMeta } from './schema.js';

/** A map with fixed keys, a map from names to values, or a value. */
export type KeyNode =
  | { readonly kind: 'object'; readonly meta: KeyMeta; readonly keys: ReadonlyMap<string, KeyNode> }
  | { readonly kind: 'record'; readonly meta: KeyMeta; readonly name: KeyMeta; readonly value: KeyNode }
  | {
      readonly kind: 'value';
      readonly meta: KeyMeta;
      readonly number: boolean;
      /** A list of texts. */
      readonly list: boolean;
      readonly default: unknown;
    };

/** The schema as a tree of keys. */
export function keyTree(schema: z.ZodType): KeyNode {
  const { inner, meta, fallback } = unwrap(schema);
  if (inner instanceof z.ZodDiscriminatedUnion) return { kind: 'object', meta, keys: keysOfKinds(inner) };
  if (inner instanceof z.ZodObject) {
    const keys = new Map<string, KeyNode>();
    for (const [key, value] of Object.entries(inner.shape)) keys.set(key, keyTree(value as z.ZodType));
    return { kind: 'object', meta, keys };
  }
  if (inner instanceof z.ZodRecord) {
    const name = unwrap(inner.keyType as z.ZodType).meta;
    return { kind: 'record', meta, name, value: keyTree(inner.valueType as z.ZodType) };
  }
  return {
    kind: 'value',
    meta,
    number: inner instanceof z.ZodNumber,
    list: inner instanceof z.ZodArray,
    default: fallback,
  };
}

/** All keys of all kinds; the one that tells the kinds apart allows what any of them has. */
function keysOfKinds({ def }: z.ZodDiscriminatedUnion): ReadonlyMap<string, KeyNode> {
  const keys = new Map<string, KeyNode>();
  const names: string[] = [];
  for (const option of def.options) {
    const kind = option as z.ZodType;
    if (!(kind instanceof z.ZodObject)) continue;
    const { [def.discriminator]: name, ...others } = kind.shape as Readonly<Record<string, z.ZodType>>;
    if (name instanceof z.ZodLiteral) names.push(...[...name.values].map(String));
    for (const [key, value] of Object.entries(others)) keys.set(key, keyTree(value));
  }
  const meta = { description: '', allowed: names.join(', ') };
  const discriminator: KeyNode = { kind: 'value', meta, number: false, list: false, default: undefined };
  return new Map([[def.discriminator, discriminator], ...keys]);
}

interface Unwrapped {
  readonly inner: z.ZodType;
  readonly meta: KeyMeta;
  readonly fallback: unknown;
}

function unwrap(schema: z.ZodType): Unwrapped {
  let inner = schema;
  let meta: KeyMeta | undefined;
  let fallback: unknown;
  for (;;) {
    meta ??= schemaMeta(inner);
    if (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) fallback ??= inner.def.defaultValue;
    else if (!(inner instanceof z.ZodOptional)) break;
    inner = inner.unwrap() as z.ZodType;
  }
  return { inner, meta: meta ?? { description: '', allowed: '' }, fallback };
}

function schemaMeta(schema: z.ZodType): KeyMeta | undefined {
  const { description, allowed } = schema.meta() ?? {};
  return typeof description === 'string' && typeof allowed === 'string' ? { description, allowed } : undefined;
}

/** The node at a path of keys; undefined where there is no such key. A record takes any name. */
export function nodeAt(root: KeyNode, path: readonly string[]): KeyNode | undefined {
  let node: KeyNode | undefined = root;
  for (const key of path) {
    if (node === undefined) return undefined;
    // What is wrong with an entry is wrong with its list.
    if (node.kind === 'value') return node.list ? node : undefined;
    node = node.kind === 'record' ? node.value : node.keys.get(key);
  }
  return node;
}

/** What a node allows, as the end of a sentence "allowed is …". */
export function allowedText(node: KeyNode): string {
  if (node.kind === 'object') return `a map with the keys ${[...node.keys.keys()].join(', ')}`;
  return node.meta.allowed;
}
