/**
 * `node --import tsx bench/support/timed-viewer.ts URL SECONDS FILE`: one MJPEG viewer, which writes down when each
 * frame was there, how old, and how large. Says `connected` when it is; `FILE` holds a {@link TimeSeries} at the end.
 */
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { jpegSize, readStamp } from '../../test/support/http-camera/jpegs.js';
import type { FrameRecord, KeptFrame, TimeSeries } from './timed-viewers.js';

const [url = '', seconds = '', file = ''] = process.argv.slice(2);
const keepEveryMs = 4000;
const blankLine = Buffer.from('\r\n\r\n');

const { hostname, port, pathname, search } = new URL(url);
const frames: FrameRecord[] = [];
const kept: KeptFrame[] = [];
let firstMs = 0;
let keptMs = 0;
let chunks: Buffer[] = [];
let buffered = 0;
/** Of the part that is being read, with its headers; 0 while these aren't there. */
let wanted = 0;
let headers = '';
let hasAnswer = false;
let stampDifferenceMs = 0;

const socket = connect(Number(port), hostname, () => {
  firstMs = Date.now();
  process.stdout.write('connected\n');
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
  setTimeout(end, 1000 * Number(seconds));
});
socket.on('error', end);
socket.on('close', end);
socket.on('data', (chunk: Buffer) => {
  chunks.push(chunk);
  buffered += chunk.length;
  while (takePart()) {
    // Until what is left is no whole part.
  }
});

/** Whether a part was there. */
function takePart(): boolean {
  if (buffered < Math.max(wanted, 1)) return false;
  const bytes = Buffer.concat(chunks);
  chunks = [bytes];
  if (wanted === 0 && !readHeaders(bytes)) return false;
  if (bytes.length < wanted) return false;
  const length = Number(/content-length: *(\d+)/i.exec(headers)?.[1]);
  note(bytes.subarray(wanted - length, wanted));
  chunks = [bytes.subarray(wanted)];
  buffered = bytes.length - wanted;
  wanted = 0;
  return true;
}

function readHeaders(bytes: Buffer): boolean {
  // The answer's own headers end like a part's.
  const from = hasAnswer ? 0 : bytes.indexOf(blankLine) + blankLine.length;
  if (from === blankLine.length - 1) return false;
  const end = bytes.indexOf(blankLine, from);
  if (end < 0) return false;
  hasAnswer = true;
  headers = bytes.toString('latin1', from, end);
  wanted = end + blankLine.length + Number(/content-length: *(\d+)/i.exec(headers)?.[1]);
  if (Number.isNaN(wanted)) throw new Error(`a part without a length: ${headers}`);
  return true;
}

function note(jpeg: Buffer): void {
  const nowMs = Date.now();
  const monotonicMs = Number(process.hrtime.bigint()) / 1e6;
  const toldMs = 1000 * Number(/x-timestamp: *([\d.]+)/i.exec(headers)?.[1]);
  const stamp = readStamp(jpeg);
  // The camera's own stamp, where it is still there; µStreamer's X-Timestamp is the time of sending.
  const ageMs = stamp === null ? nowMs - toldMs : monotonicMs - stamp.captureUs / 1000;
  if (stamp !== null) stampDifferenceMs = Math.max(stampDifferenceMs, Math.abs(ageMs - (nowMs - toldMs)));
  const { width, height } = jpegSize(jpeg);
  frames.push({ atMs: nowMs - firstMs, ageMs, width, height, bytes: jpeg.length });
  if (stamp !== null || nowMs - keptMs < keepEveryMs) return;
  keptMs = nowMs;
  const path = `${file}-${kept.length}.jpg`;
  writeFileSync(path, jpeg);
  kept.push({ path, width, height, captureMonotonicMs: toldMs - nowMs + monotonicMs });
}

function end(): never {
  const series: TimeSeries = { startMs: firstMs, endMs: Date.now() - firstMs, frames, kept, stampDifferenceMs };
  writeFileSync(file, JSON.stringify(series));
  process.exit(0);
}
