import { wallClockMs } from '../../core/clock.js';
import type { Frame } from '../../core/frame.js';
import { padded } from '../tcp/padding.js';

/** The pieces of a multipart/x-mixed-replace stream, as µStreamer and mjpg-streamer write them. */

export const BOUNDARY = 'boundarydonotcross';
export const CONTENT_TYPE = `multipart/x-mixed-replace;boundary=${BOUNDARY}`;

const opening = `--${BOUNDARY}\r\n`;
/** Ends a part at once: browsers and Mainsail paint a picture when they see the boundary behind it. */
export const CLOSING: Buffer = Buffer.from(`\r\n${opening}`);

export interface PartOptions {
  /** The headers of the next part follow each part at once, without a length that nobody knows yet. */
  readonly advanceHeaders: boolean;
  /** Headers alone, no pictures. */
  readonly zeroData: boolean;
}

/** What some clients want to know with each part; `X-UStreamer-*`. */
export interface PartFacts {
  readonly online: boolean;
  readonly dropped: number;
  readonly clientFps: number;
  readonly nowMs: number;
}

/** Follows the response's header. */
export function streamOpening({ advanceHeaders }: PartOptions): Buffer {
  return Buffer.from(advanceHeaders ? opening + advancedHeaders(Date.now()) : opening);
}

/** A whole part: headers, picture, the boundary that follows. `paddingBytes` makes the picture larger, unseen. */
export function part(
  frame: Frame,
  { advanceHeaders, zeroData }: PartOptions,
  facts?: PartFacts,
  paddingBytes = 0,
): readonly Uint8Array[] {
  const body = zeroData ? [] : paddingBytes > 0 ? padded(frame.data, paddingBytes) : [frame.data];
  if (advanceHeaders) return [...body, Buffer.concat([CLOSING, Buffer.from(advancedHeaders(Date.now()))])];
  const length = body.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const extra = facts === undefined ? '' : extraHeaders(frame, facts);
  return [partHeaders(frame, length, extra), ...body, CLOSING];
}

function partHeaders(frame: Frame, length: number, extra: string): Buffer {
  const timestamp = seconds(wallClockMs(frame.captureMs));
  return Buffer.from(
    `Content-Type: image/jpeg\r\nContent-Length: ${length}\r\nX-Timestamp: ${timestamp}\r\n${extra}\r\n`,
    'latin1',
  );
}

function advancedHeaders(nowMs: number): string {
  return `Content-Type: image/jpeg\r\nX-Timestamp: ${seconds(nowMs)}\r\n\r\n`;
}

function extraHeaders(frame: Frame, { online, dropped, clientFps, nowMs }: PartFacts): string {
  const facts: readonly (readonly [string, string | number | boolean])[] = [
    ['Online', online],
    ['Dropped', dropped],
    ['Width', frame.width],
    ['Height', frame.height],
    ['Client-FPS', Math.round(clientFps)],
    ['Grab-Time', seconds(frame.captureMs)],
    ['Send-Time', seconds(nowMs)],
    ['Latency', seconds(nowMs - frame.captureMs)],
  ];
  return facts.map(([name, value]) => `X-UStreamer-${name}: ${value}\r\n`).join('');
}

/** `sec.usec` */
function seconds(momentMs: number): string {
  return (momentMs / 1000).toFixed(6);
}
