import type { PacketResult } from '../../hub/video-link.js';

/** A packet that came through. */
export interface Arrival {
  readonly sentMs: number;
  /** On the viewer's clock. */
  readonly arrivedMs: number;
  readonly bytes: number;
}

// Beyond these a number is no time and no size of a packet.
const mostMs = 2 ** 45;
const mostBytes = 65_535;

// IPv4 and UDP (RFC 791, RFC 768), and SRTP's tag (RFC 3711, 4.2). Links carry them too, and of small packets they are much.
const headerBytes = 38;

/** Those that can be packets, as large as they are on their way. Viewers tell what they like. */
export function packetsOnTheWay(packets: readonly PacketResult[]): readonly PacketResult[] {
  const onTheWay: PacketResult[] = [];
  for (const packet of packets) {
    if (!isUsable(packet)) continue;
    const { sentMs, arrivedMs, bytes, isProbe } = packet;
    onTheWay.push({ sentMs, arrivedMs, bytes: bytes + headerBytes, isProbe });
  }
  return onTheWay;
}

function isUsable({ sentMs, arrivedMs, bytes }: PacketResult): boolean {
  return isTime(sentMs) && (arrivedMs === null || isTime(arrivedMs)) && bytes > 0 && bytes <= mostBytes;
}

function isTime(ms: number): boolean {
  return Math.abs(ms) <= mostMs;
}

/** Those that came through, in the order in which they did. */
export function arrivalsOf(packets: readonly PacketResult[]): readonly Arrival[] {
  const arrivals: Arrival[] = [];
  for (const { sentMs, arrivedMs, bytes } of packets) {
    if (arrivedMs !== null) arrivals.push({ sentMs, arrivedMs, bytes });
  }
  return arrivals.sort((a, b) => a.arrivedMs - b.arrivedMs);
}

/** A number that may be shown and reckoned with: finite and not below 0; else null. */
export function finiteOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) && value >= 0 ? value : null;
}
