import { viewOf } from './bytes.js';

/** draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1 */
export interface TransportFeedback {
  readonly type: 'transport-feedback';
  /** The transport-wide sequence number, 16 bits, of the first packet it tells of. */
  readonly baseSequence: number;
  /** In multiples of 64 ms on the receiver's own clock, 24 bits, unsigned: it wraps. */
  readonly reference: number;
  /** Counts this receiver's feedback packets, 8 bits. */
  readonly feedbackCount: number;
  /** When each packet from the base on arrived, in 250 µs from the reference; null where it didn't. */
  readonly arrivedTicks: readonly (number | null)[];
}

const fixedBytes = 16;
// Far more than anyone is sent between two reports: a few bytes could claim 65,535.
const mostPackets = 4096;
const notArrived = 0;
const smallDelta = 1;
const largeDelta = 2;

/** `bytes` is the body behind the common header. Null where it contradicts itself. */
export function parseTransportFeedback(bytes: Uint8Array): TransportFeedback | null {
  if (bytes.byteLength < fixedBytes) return null;
  const view = viewOf(bytes);
  const count = view.getUint16(10);
  if (count === 0 || count > mostPackets) return null;
  const statuses = new Uint8Array(count);
  const deltasAt = readStatuses(view, statuses);
  const arrivedTicks = deltasAt === null ? null : readDeltas(view, deltasAt, statuses);
  if (arrivedTicks === null) return null;
  return {
    type: 'transport-feedback',
    baseSequence: view.getUint16(8),
    reference: view.getUint32(12) >>> 8,
    feedbackCount: view.getUint8(15),
    arrivedTicks,
  };
}

/** Returns where the deltas begin. */
function readStatuses(view: DataView, statuses: Uint8Array): number | null {
  let at = fixedBytes;
  for (let done = 0; done < statuses.length; at += 2) {
    if (at + 2 > view.byteLength) return null;
    done = readChunk(view.getUint16(at), statuses, done);
  }
  return at;
}

/** A run length chunk (3.1.3) or a status vector chunk (3.1.4) of one-bit or two-bit symbols. */
function readChunk(chunk: number, statuses: Uint8Array, from: number): number {
  if ((chunk & 0x8000) === 0) {
    const to = Math.min(statuses.length, from + (chunk & 0x1fff));
    statuses.fill((chunk >> 13) & 3, from, to);
    return to;
  }
  const bits = (chunk & 0x4000) === 0 ? 1 : 2;
  const to = Math.min(statuses.length, from + 14 / bits);
  for (let i = from; i < to; i++) statuses[i] = (chunk >> (14 - bits * (i - from + 1))) & (2 ** bits - 1);
  return to;
}

function readDeltas(view: DataView, from: number, statuses: Uint8Array): (number | null)[] | null {
  const arrived: (number | null)[] = [];
  let at = from;
  let ticks = 0;
  for (const status of statuses) {
    if (status === notArrived) {
      arrived.push(null);
      continue;
    }
    if (status !== smallDelta && status !== largeDelta) return null;
    if (at + status > view.byteLength) return null;
    ticks += status === smallDelta ? view.getUint8(at) : view.getInt16(at);
    at += status;
    arrived.push(ticks);
  }
  return arrived;
}
