/** Real H.264, packetized, sent over UDP, and decoded by GStreamer: every picture must be the one that was encoded. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { monotonicMs } from '../../src/core/clock.js';
import { Frame } from '../../src/core/frame.js';
import { VideoChannel } from '../../src/hub/video-channel.js';
import { nalUnits } from '../../src/transports/rtp/h264-packetizer.js';
import { Pacer } from '../../src/transports/rtp/pacer.js';
import { RtpTier } from '../../src/transports/rtp/tier-packets.js';
import { ViewerStream } from '../../src/transports/rtp/viewer-stream.js';
import { runProgram } from '../support/run-program.js';
import { until } from '../support/until.js';

const frames = 60;
const fps = 30;
// What decoded pictures are scaled to, so that those of all tiers have one size.
const width = 160;
const height = 90;
const toPictures = `avdec_h264 ! videoconvert ! videoscale ! video/x-raw,format=GRAY8,width=${width},height=${height} ! fdsink fd=1`;

async function gst(pipeline: string): Promise<Buffer> {
  const { code, stdout, stderr } = await runProgram('gst-launch-1.0', ['-q', ...pipeline.split(' ')], 60_000);
  if (code !== 0) throw new Error(`gst-launch-1.0 ended with ${code}: ${stderr}`);
  return stdout;
}

/** The access units of a clip; each begins with a delimiter. */
async function encode(clipWidth: number, bitrateKbps: number, options: string): Promise<Buffer[]> {
  const picture = `video/x-raw,width=${clipWidth},height=${(clipWidth * 9) / 16},framerate=${fps}/1`;
  const encoder = `x264enc tune=zerolatency bitrate=${bitrateKbps} aud=true ${options}`;
  const output = 'h264parse config-interval=-1 ! video/x-h264,stream-format=byte-stream,alignment=au ! fdsink fd=1';
  const stream = await gst(`videotestsrc num-buffers=${frames} pattern=smpte ! ${picture} ! ${encoder} ! ${output}`);
  const delimiter = Buffer.from([0, 0, 0, 1, 9]);
  const starts: number[] = [];
  for (let at = stream.indexOf(delimiter); at >= 0; at = stream.indexOf(delimiter, at + 1)) starts.push(at);
  return starts.map((start, i) => stream.subarray(start, starts[i + 1]));
}

function isKeyframe(unit: Buffer): boolean {
  return nalUnits(unit).some((nal) => ((nal[0] ?? 0) & 31) === 5);
}

/** What a decoder makes of the access units when it is given the byte stream itself. */
async function decode(units: readonly Buffer[]): Promise<Buffer[]> {
  const child = spawn('gst-launch-1.0', ['-q', ...`fdsrc fd=0 ! h264parse ! ${toPictures}`.split(' ')]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(Buffer.concat(units));
  await until('the decoder to end', () => child.exitCode !== null, 30_000);
  return pictures(Buffer.concat(chunks));
}

function pictures(bytes: Buffer): Buffer[] {
  const size = width * height;
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

/** A receiver by GStreamer on a free UDP port; `pictures()` are those decoded so far. */
async function receive() {
  const caps = 'application/x-rtp,media=video,clock-rate=90000,encoding-name=H264,payload=96';
  const source = `udpsrc address=127.0.0.1 port=0 buffer-size=4000000 caps=${caps}`;
  const output = toPictures.replace('fd=1', 'fd=3');
  const child = spawn('gst-launch-1.0', ['-v', ...`${source} ! rtph264depay ! ${output}`.split(' ')], {
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  });
  const [, log, , pipe] = child.stdio;
  onTestFinished(() => void child.kill('SIGKILL'));
  if (!(log instanceof Readable) || !(pipe instanceof Readable)) throw new Error('no pipe to the receiver');
  const chunks: Buffer[] = [];
  pipe.on('data', (chunk: Buffer) => chunks.push(chunk));
  let port = 0;
  let isPlaying = false;
  createInterface(log).on('line', (line) => {
    port = Number(/udpsrc0: port = (\d+)/.exec(line)?.[1] ?? port);
    isPlaying ||= line.startsWith('Setting pipeline to PLAYING');
  });
  await until('the receiver to listen', () => isPlaying && port > 0);
  return { port, pictures: () => pictures(Buffer.concat(chunks)) };
}

function tierOf(name: string) {
  const options = { clock: monotonicMs, onDemand: () => undefined, onKeyframeWanted: () => undefined };
  const channel = new VideoChannel(name, options);
  const tier = new RtpTier({ channel, clock: monotonicMs });
  let sequence = 0;
  const publish = (data: Buffer, captureMs: number) => {
    const init = { data, width: 0, height: 0, captureMs, sequence: sequence++, isKeyframe: isKeyframe(data) };
    const frame = new Frame(init, () => undefined);
    channel.publish(frame);
    frame.release();
  };
  return { tier, publish };
}

/** A viewer whose packets go to a UDP port. */
function viewerTo(port: number): ViewerStream {
  const socket = createSocket('udp4');
  const pacer = new Pacer(monotonicMs);
  const stream = new ViewerStream({
    clock: monotonicMs,
    random: Math.random,
    pacer,
    send: (packet) => {
      const isRtcp = (packet[1] ?? 0) >= 192 && (packet[1] ?? 0) <= 223;
      if (!isRtcp) socket.send(Buffer.from(packet), port, '127.0.0.1');
      return true;
    },
    negotiated: { ssrc: 1234, payloadType: 96, transportCcId: 3, playoutDelayId: 5, cname: 'test', nack: true },
  });
  onTestFinished(() => {
    stream.close();
    pacer.close();
    socket.close();
  });
  return stream;
}

describe('H.264 over RTP', () => {
  it.each([
    ['one slice a picture', 'sliced-threads=false key-int-max=30'],
    ['many slices a picture', 'threads=4 sliced-threads=true key-int-max=20 option-string=slices=5'],
  ])('is decoded picture by picture: %s', async (_, options) => {
    const units = await encode(1280, 1500, options);
    expect(units).toHaveLength(frames);
    const expected = await decode(units);
    expect(expected).toHaveLength(frames);
    const receiver = await receive();
    const { tier, publish } = tierOf('high');
    const viewer = viewerTo(receiver.port);
    viewer.switchTo(tier);
    for (const unit of units) {
      publish(unit, monotonicMs());
      await delay(1000 / fps);
    }
    await until('all pictures', () => receiver.pictures().length >= frames);
    expect(receiver.pictures().map((picture, i) => picture.equals(expected[i] ?? Buffer.alloc(0)))).toEqual(
      Array(frames).fill(true),
    );
  });

  it('is decoded over a change of the tier', async () => {
    const [large, small] = await Promise.all([
      encode(1280, 1500, 'key-int-max=13'),
      encode(640, 500, 'key-int-max=11'),
    ]);
    const [expectedLarge, expectedSmall] = [await decode(large), await decode(small)];
    const receiver = await receive();
    const [high, low] = [tierOf('high'), tierOf('low')];
    const viewer = viewerTo(receiver.port);
    viewer.switchTo(high.tier);
    for (const [i, unit] of large.entries()) {
      if (i === 25) viewer.switchTo(low.tier);
      if (i === 45) viewer.switchTo(high.tier);
      const captureMs = monotonicMs();
      high.publish(unit, captureMs);
      low.publish(small[i] ?? Buffer.alloc(0), captureMs);
      await delay(1000 / fps);
    }
    // Of each moment the large picture is sent first: it's the last before the small keyframe, and may be the first again.
    const toSmall = small.findIndex((unit, i) => i >= 25 && isKeyframe(unit));
    const toLarge = large.findIndex((unit, i) => i >= 45 && isKeyframe(unit));
    expect([toSmall < 45, toSmall >= 25, toLarge >= 45]).toEqual([true, true, true]);
    const expected = [
      ...expectedLarge.slice(0, toSmall + 1),
      ...expectedSmall.slice(toSmall, toLarge),
      ...expectedLarge.slice(toLarge),
    ];
    await until('all pictures', () => receiver.pictures().length >= expected.length);
    const received = receiver.pictures();
    expect(received).toHaveLength(expected.length);
    expect(received.map((picture, i) => picture.equals(expected[i] ?? Buffer.alloc(0)))).toEqual(
      Array(expected.length).fill(true),
    );
  });
});
