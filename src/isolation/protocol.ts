/** What the server and a camera's process say to each other. One process runs one pipeline at most. */

import type { PipelineEvent, PipelineOptions, PipelineStats, PropertyValue } from '../native/addon.types.js';

/** What is answered with `done` or `failed`, of the same id. */
export type Request =
  /** Starts the pipeline of `open`; fails with that one's error where it had any. */
  | { readonly type: 'start' }
  | { readonly type: 'probe' | 'queryCaps'; readonly description: string; readonly timeoutMs: number }
  | { readonly type: 'elementProperties'; readonly factory: string; readonly timeoutMs: number };

export type ToProcess =
  | (Request & { readonly id: number })
  | { readonly type: 'open'; readonly description: string; readonly options: PipelineOptions }
  | { readonly type: 'set'; readonly element: string; readonly property: string; readonly value: PropertyValue }
  /** The picture is the message's body. */
  | { readonly type: 'push'; readonly element: string; readonly maxQueuedBytes: number }
  | { readonly type: 'keyframe'; readonly element: string; readonly action?: string }
  /** The sink's frame was read: the next one may come. */
  | { readonly type: 'taken'; readonly sink: number }
  /** Closes the pipeline and ends the process. */
  | { readonly type: 'close'; readonly timeoutMs: number };

/** A frame that lies in its sink's slot, until `taken`. */
export interface FrameNotice {
  readonly type: 'frame';
  /** The sink's place in the pipeline's `sinks`; also the slot's. */
  readonly sink: number;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly captureMs: number;
  readonly arrivalMs: number;
  readonly sequence: number;
  readonly keyframe: boolean;
}

export type FromProcess =
  | { readonly type: 'done'; readonly id: number; readonly result?: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: PlainError }
  | { readonly type: 'event'; readonly event: PipelineEvent }
  | { readonly type: 'stats'; readonly stats: PipelineStats }
  | FrameNotice;

/** An error with its own properties (`code`, what an element said), as JSON can hold it. */
export interface PlainError {
  readonly message: string;
  readonly [property: string]: unknown;
}

export function toPlainError(error: unknown): PlainError {
  return error instanceof Error ? { ...error, message: error.message } : { message: String(error) };
}

export function fromPlainError({ message, ...properties }: PlainError): Error {
  return Object.assign(new Error(message), properties);
}
