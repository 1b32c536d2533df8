import { viewOf } from './bytes.js';
import type { Bye, ReceiverReport, ReportBlock, SenderReport, SourceDescription } from './packets.js';

const blockBytes = 24;
const senderInfoBytes = 20;
const cnameItem = 1;

/** The bodies behind the common header; `count` is its five-bit field. Null where a body is too short for it. */

export function parseSenderReport(bytes: Uint8Array, count: number): SenderReport | null {
  const reports = parseBlocks(bytes, 4 + senderInfoBytes, count);
  if (reports === null) return null;
  const view = viewOf(bytes);
  return {
    type: 'sender-report',
    ssrc: view.getUint32(0),
    ntpTime: view.getBigUint64(4),
    rtpTimestamp: view.getUint32(12),
    packets: view.getUint32(16),
    payloadBytes: view.getUint32(20),
    reports,
  };
}

export function parseReceiverReport(bytes: Uint8Array, count: number): ReceiverReport | null {
  const reports = parseBlocks(bytes, 4, count);
  return reports && { type: 'receiver-report', ssrc: viewOf(bytes).getUint32(0), reports };
}

function parseBlocks(bytes: Uint8Array, from: number, count: number): readonly ReportBlock[] | null {
  if (bytes.byteLength < from + count * blockBytes) return null;
  const view = viewOf(bytes);
  return Array.from({ length: count }, (_, i) => {
    const at = from + i * blockBytes;
    return {
      ssrc: view.getUint32(at),
      lossRatio: view.getUint8(at + 4) / 256,
      // 24 bits with a sign.
      packetsLost: (view.getInt32(at + 4) << 8) >> 8,
      highestSequence: view.getUint32(at + 8),
      jitter: view.getUint32(at + 12),
      lastSenderReport: view.getUint32(at + 16),
      delaySinceLastSenderReportMs: (view.getUint32(at + 20) * 1000) / 65_536,
    };
  });
}

/** RFC 3550, 6.5: chunks of items; each list of items ends with a zero byte and is filled up to four bytes. */
export function parseSourceDescription(bytes: Uint8Array, count: number): SourceDescription | null {
  const view = viewOf(bytes);
  const names: { ssrc: number; cname: string }[] = [];
  let at = 0;
  for (let chunk = 0; chunk < count; chunk++) {
    if (at + 4 > bytes.byteLength) return null;
    const ssrc = view.getUint32(at);
    at += 4;
    for (;;) {
      const item = bytes[at];
      if (item === undefined) return null;
      if (item === 0) break;
      const length = bytes[at + 1];
      if (length === undefined || at + 2 + length > bytes.byteLength) return null;
      const text = bytes.subarray(at + 2, at + 2 + length);
      if (item === cnameItem) names.push({ ssrc, cname: Buffer.from(text).toString('utf8') });
      at += 2 + length;
    }
    at += 4 - (at % 4);
  }
  return { type: 'source-description', names };
}

export function parseBye(bytes: Uint8Array, count: number): Bye | null {
  if (bytes.byteLength < 4 * count) return null;
  const view = viewOf(bytes);
  return { type: 'bye', ssrcs: Array.from({ length: count }, (_, i) => view.getUint32(4 * i)) };
}
