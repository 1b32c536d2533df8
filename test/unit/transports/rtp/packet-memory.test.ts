import { describe, expect, it } from 'vitest';
import { PacketMemory, type PacketRoom } from '../../../../src/transports/rtp/packet-memory.js';

const blockBytes = 256 * 1024;

function overlap(a: PacketRoom, aBytes: number, b: PacketRoom, bBytes: number): boolean {
  return a.buffer === b.buffer && a.at < b.at + bBytes && b.at < a.at + aBytes;
}

describe('the memory for packets', () => {
  it('gives room that nobody else has', () => {
    const memory = new PacketMemory();
    const sizes = Array.from({ length: 60 }, (_, i) => 1000 + 997 * (i % 23));
    const kept: { room: PacketRoom; bytes: number }[] = [];
    for (const bytes of sizes) {
      const room = memory.take(bytes);
      expect(room.at + bytes).toBeLessThanOrEqual(room.buffer.byteLength);
      for (const other of kept) expect(overlap(room, bytes, other.room, other.bytes)).toBe(false);
      kept.push({ room, bytes });
      // As a ring of access units does it.
      if (kept.length > 20) kept.shift()?.room.free();
    }
  });

  it('uses a block again once all in it was given back, and not before', () => {
    const memory = new PacketMemory();
    const first = memory.take(blockBytes / 2);
    const second = memory.take(blockBytes / 2);
    const third = memory.take(blockBytes / 2);
    expect(second.buffer === first.buffer).toBe(true);
    expect(third.buffer === first.buffer).toBe(false);
    first.free();
    expect(memory.take(blockBytes).buffer === first.buffer).toBe(false);
    second.free();
    expect(memory.take(blockBytes).buffer === first.buffer).toBe(true);
  });

  it('goes on with a block that was given back while it was filled, and uses it again later', () => {
    const memory = new PacketMemory();
    const first = memory.take(blockBytes - 10);
    first.free();
    const second = memory.take(10);
    expect([second.buffer === first.buffer, second.at]).toEqual([true, blockBytes - 10]);
    second.free();
    const third = memory.take(20);
    expect(third.buffer === first.buffer).toBe(false);
    expect(memory.take(blockBytes).buffer === first.buffer).toBe(true);
  });

  it('has room of its own for what is larger than a block', () => {
    const memory = new PacketMemory();
    const small = memory.take(10);
    const large = memory.take(2 * blockBytes);
    expect([large.at, large.buffer.byteLength]).toEqual([0, 2 * blockBytes]);
    large.free();
    expect(memory.take(10).buffer === small.buffer).toBe(true);
  });
});
