import type { z } from 'zod';
import type { ErrorCode } from '../../core/errors.js';

/** One method of one path, as the API's description has it. */
export interface Operation {
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  /** With OpenAPI's parameters: `/cameras/{id}/stream`. */
  readonly path: string;
  readonly tag: 'pictures' | 'webrtc' | 'cameras' | 'viewers' | 'events' | 'server';
  readonly summary: string;
  readonly description?: string;
  /** The query's parameters, each optional; clients may add others, which are ignored. */
  readonly query?: Readonly<Record<string, z.ZodType>>;
  readonly body?: Content;
  /** By status: what comes where all went well. */
  readonly responses: Readonly<Record<number, { readonly description: string; readonly content?: Content }>>;
  readonly errors: readonly ErrorCode[];
}

export function operation(
  method: Operation['method'],
  path: string,
  tag: Operation['tag'],
  summary: string,
  rest: Omit<Operation, 'method' | 'path' | 'tag' | 'summary'>,
): Operation {
  return { method, path, tag, summary, ...rest };
}

/** By media type; null for what no schema describes. */
export type Content = Readonly<Record<string, z.ZodType | null>>;

export function json(schema: z.ZodType): Content {
  return { 'application/json': schema };
}
