import { keyTree } from '../../config/keys.js';
import { describeIssues } from '../../config/problems.js';
import { LensError, quote } from '../../core/errors.js';
import { type ClientMessage, clientMessageSchemas } from '../schemas/messages.js';

/** A client's message, checked. Throws MESSAGE_INVALID with what is wrong, field by field. */
export function parseClientMessage(text: string): ClientMessage {
  const tree = parseJson(text);
  const schema = schemaOf(typeOf(tree));
  const result = schema.safeParse(tree);
  if (result.success) return result.data;
  const found = describeIssues(result.error.issues, tree, keyTree(schema), () => 'message');
  const problems = found.map(({ key, message }) => ({ field: key, message }));
  throw new LensError('MESSAGE_INVALID', problems.map(({ message }) => message).join('\n'), { details: { problems } });
}

/** What a message says of itself, whether it is right or not: null where it doesn't. */
export function labelsOf(text: string): { readonly request: string | null; readonly camera: string | null } {
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    return { request: null, camera: null };
  }
  return { request: textOf(tree, 'type'), camera: textOf(tree, 'camera') };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LensError('MESSAGE_INVALID', `The message is not JSON: ${reason}.`, { cause: error });
  }
}

function typeOf(tree: unknown): string {
  const type = textOf(tree, 'type');
  if (type === null) throw new LensError('MESSAGE_INVALID', 'The message is no object with a type.');
  return type;
}

function schemaOf(type: string) {
  const known = Object.entries(clientMessageSchemas).find(([name]) => name === type);
  if (known !== undefined) return known[1];
  const allowed = Object.keys(clientMessageSchemas).join(', ');
  throw new LensError('MESSAGE_INVALID', `type is ${quote(type)}; allowed: ${allowed}.`);
}

const longestLabel = 100;

function textOf(tree: unknown, key: 'type' | 'camera'): string | null {
  if (typeof tree !== 'object' || tree === null) return null;
  const value: unknown = new Map<string, unknown>(Object.entries(tree)).get(key);
  return typeof value === 'string' ? value.slice(0, longestLabel) : null;
}
