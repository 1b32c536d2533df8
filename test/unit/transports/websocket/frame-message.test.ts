import type { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { monotonicMs } from '../../../../src/core/clock.js';
import { Frame } from '../../../../src/core/frame.js';
import { frameMessage } from '../../../../src/transports/websocket/frame-message.js';
import { readFrameMessage } from '../../../support/websocket-client.js';

/** The library has it; its types don't. */
const { Receiver } = ws as unknown as {
  readonly Receiver: new (options: { readonly isServer: boolean; readonly maxPayload: number }) => Writable;
};

// So long ago that a moment's delay between two readings of the clock is nothing to it.
const ageMs = 3_600_000;

function frameOf(jpeg: Uint8Array, isStandIn = false): Frame {
  const init = {
    data: jpeg,
    width: 640,
    height: 360,
    captureMs: monotonicMs() - ageMs,
    sequence: 0x1_0000_0007,
    isStandIn,
  };
  return new Frame(init, () => undefined);
}

function jpegOf(bytes: number): Buffer {
  const jpeg = Buffer.alloc(bytes, 0x55);
  jpeg.writeUInt16BE(0xffd8, 0);
  return jpeg;
}

/** What an independent reader of RFC 6455 makes of the bytes, in pieces of `size`. */
async function receive(chunks: readonly Uint8Array[], size: number): Promise<Buffer> {
  const receiver = new Receiver({ isServer: false, maxPayload: 2 ** 24 });
  const messages: Buffer[] = [];
  receiver.on('message', (data: Buffer, isBinary: boolean) => {
    expect(isBinary).toBe(true);
    messages.push(data);
  });
  const bytes = Buffer.concat(chunks);
  for (let at = 0; at < bytes.length; at += size) {
    await new Promise((resolve) => receiver.write(bytes.subarray(at, at + size), resolve));
  }
  expect(messages).toHaveLength(1);
  return messages[0] ?? Buffer.alloc(0);
}

describe('the message of a frame', () => {
  it.each([2, 100, 105, 106, 107, 65_515, 65_516, 65_517, 200_000])('of %i bytes is read as it was', async (bytes) => {
    const jpeg = jpegOf(bytes);
    const captureUs = (Date.now() - ageMs) * 1000;
    const message = readFrameMessage(await receive(frameMessage(frameOf(jpeg), 258), 7919));
    expect(message).toMatchObject({ version: 1, isStandIn: false, index: 258, sequence: 7, width: 640, height: 360 });
    expect(message.jpeg.equals(jpeg)).toBe(true);
    expect(Math.abs(message.captureUs - captureUs)).toBeLessThan(60_000_000);
  });

  it('hands on the very bytes of the picture', () => {
    const frame = frameOf(jpegOf(1000));
    expect(frameMessage(frame, 0).at(-1)).toBe(frame.data);
  });

  it('tells a picture that stands in', async () => {
    const message = readFrameMessage(await receive(frameMessage(frameOf(jpegOf(500), true), 0), 100));
    expect(message.isStandIn).toBe(true);
  });

  it('hides padding in the picture', async () => {
    const jpeg = jpegOf(3000);
    const message = readFrameMessage(await receive(frameMessage(frameOf(jpeg), 0, 100_000), 10_000));
    expect(message.jpeg.length).toBeGreaterThanOrEqual(jpeg.length + 100_000);
    expect(message.jpeg.readUInt32BE(0)).toBe(0xffd8fffe);
    expect(message.jpeg.subarray(-2998).equals(jpeg.subarray(2))).toBe(true);
  });
});
