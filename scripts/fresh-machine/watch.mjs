/**
 * Runs `npm start` as the README says, fetches a snapshot and a few frames of the stream from its default address,
 * and stops it as Ctrl-C does. Exits 1 where any of it isn't as it should be.
 */

import { spawn } from 'node:child_process';

const ADDRESS = 'http://127.0.0.1:8080';
const START_MS = 30_000;
const STOP_MS = 2_000;
const FRAMES = 10;

const server = spawn('npm', ['start'], { stdio: 'inherit', detached: true });
try {
  await untilReachable();
  await snapshot();
  await stream();
} finally {
  await stop();
}

/** npm doesn't wait for the server when it is interrupted: the server is gone when its port is. */
async function stop() {
  const began = performance.now();
  process.kill(-server.pid, 'SIGINT');
  while (await isReachable()) {
    if (performance.now() - began > STOP_MS) throw new Error(`still there ${STOP_MS} ms after SIGINT`);
  }
  console.log(`gone ${Math.round(performance.now() - began)} ms after SIGINT`);
}

async function isReachable() {
  try {
    await (await fetch(`${ADDRESS}/healthz`)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

async function untilReachable() {
  const deadline = performance.now() + START_MS;
  while (!(await isReachable())) {
    if (server.exitCode !== null) throw new Error(`npm start ended with code ${server.exitCode}`);
    if (performance.now() > deadline) throw new Error(`not reachable within ${START_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function snapshot() {
  const response = await fetch(`${ADDRESS}/snapshot`, { signal: AbortSignal.timeout(10_000) });
  const jpeg = Buffer.from(await response.arrayBuffer());
  if (response.status !== 200 || !isJpeg(jpeg))
    throw new Error(`snapshot: status ${response.status}, ${jpeg.length} bytes`);
  console.log(`snapshot: ${jpeg.length} bytes`);
}

function isJpeg(bytes) {
  return bytes.length > 1000 && bytes.readUInt16BE(0) === 0xffd8 && bytes.readUInt16BE(bytes.length - 2) === 0xffd9;
}

async function stream() {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(new Error('the stream gave too few frames within 10 s')), 10_000);
  const response = await fetch(`${ADDRESS}/stream`, { signal: stop.signal });
  let bytes = Buffer.alloc(0);
  let frames = 0;
  for await (const chunk of response.body) {
    bytes = Buffer.concat([bytes, chunk]);
    for (let next = takePart(bytes); next !== undefined; next = takePart(bytes)) {
      if (!isJpeg(next.body)) throw new Error('the stream has a part that is no JPEG');
      frames += 1;
      bytes = next.rest;
    }
    if (frames >= FRAMES) break;
  }
  clearTimeout(timer);
  console.log(`stream: ${frames} frames`);
}

/** The first complete part and what follows it. */
function takePart(bytes) {
  const [header, length] =
    /Content-Length: (\d+)\r\n(?:[^\r\n]+\r\n)*\r\n/i.exec(bytes.toString('latin1', 0, 2000)) ?? [];
  if (header === undefined) return undefined;
  const start = bytes.indexOf(header) + header.length;
  const end = start + Number(length);
  return bytes.length < end ? undefined : { body: bytes.subarray(start, end), rest: bytes.subarray(end) };
}
