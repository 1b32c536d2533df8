import type { z } from 'zod';
import { keyTree } from '../config/keys.js';
import { describeIssues } from '../config/problems.js';
import { isLensError, LensError, quote } from '../core/errors.js';
import type { RequestContext } from './environment.js';

const mostJsonBytes = 16 * 1024;

/**
 * The request's JSON body, checked. Throws BODY_TYPE_UNSUPPORTED, BODY_TOO_LARGE (over 16 kB), or BODY_INVALID with what
 * is wrong, field by field, in its detail and its `problems`.
 */
export async function readBody<Schema extends z.ZodType>(c: RequestContext, schema: Schema): Promise<z.output<Schema>> {
  return checkBody(await readText(c, ['application/json'], mostJsonBytes), schema);
}

/** As {@link readBody}, for a body that was read. */
export function checkBody<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> {
  const tree = parseJson(text);
  const result = schema.safeParse(tree);
  if (result.success) return result.data;
  const found = describeIssues(result.error.issues, tree, keyTree(schema), () => 'body');
  const problems = found.map(({ key, message }) => ({ field: key, message }));
  throw new LensError('BODY_INVALID', problems.map(({ message }) => message).join('\n'), { details: { problems } });
}

/** The type of the body in lower case, without its parameters; empty where the request names none. */
export function bodyType(c: RequestContext): string {
  return (c.req.header('Content-Type') ?? '').replace(/;.*$/s, '').trim().toLowerCase();
}

/** The request's body; an empty text among the types is for one that has none. Throws BODY_TYPE_UNSUPPORTED, BODY_TOO_LARGE and BODY_INVALID. */
export async function readText(c: RequestContext, types: readonly string[], mostBytes: number): Promise<string> {
  const type = bodyType(c);
  if (!types.includes(type)) {
    const told = type === '' ? 'of no type' : quote(type);
    const allowed = types.map((each) => each || 'no type').join(' or ');
    throw new LensError('BODY_TYPE_UNSUPPORTED', `The body is ${told}; allowed is ${allowed}.`);
  }
  if (Number(c.req.header('Content-Length') ?? 0) > mostBytes) throw tooLarge(mostBytes);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    // Not every body has told its length.
    for await (const chunk of c.req.raw.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > mostBytes) throw tooLarge(mostBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (isLensError(error)) throw error;
    throw new LensError('BODY_INVALID', 'The body broke off.', { cause: error });
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(mostBytes: number): LensError {
  return new LensError('BODY_TOO_LARGE', `The body is larger than ${mostBytes} bytes.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LensError('BODY_INVALID', `The body is not JSON: ${reason}.`, { cause: error });
  }
}
