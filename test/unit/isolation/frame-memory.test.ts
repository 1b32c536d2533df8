import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FrameBuffers } from '../../../src/isolation/frame-buffers.js';
import { FrameSlots } from '../../../src/isolation/frame-slots.js';

function slots(folder?: string): FrameSlots {
  const made = FrameSlots.create(folder);
  onTestFinished(() => made.close());
  return made;
}

describe('the slots', () => {
  it('give back what was written, each for itself', () => {
    const both = slots();
    both.write(0, Buffer.from('first'));
    both.write(2, Buffer.from('third, longer'));
    both.write(0, Buffer.from('again'));
    const target = Buffer.alloc(13);
    both.read(2, target);
    expect(target.toString()).toBe('third, longer');
    const start = target.subarray(0, 5);
    both.read(0, start);
    expect(start.toString()).toBe('again');
  });

  it('leave no name behind', () => {
    const folder = mkdtempSync(join(tmpdir(), 'slots-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    slots(folder).write(0, Buffer.from('x'));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are elsewhere where the folder is missing', () => {
    const made = slots('/nowhere/at/all');
    made.write(1, Buffer.from('x'));
    const target = Buffer.alloc(1);
    made.read(1, target);
    expect(target.toString()).toBe('x');
  });

  it('refuse what was never written, and what is too long', () => {
    const made = slots();
    expect(() => made.read(3, Buffer.alloc(1))).toThrow(RangeError);
    expect(() => made.write(0, new Uint8Array(64 * 1024 * 1024 + 1))).toThrow(RangeError);
  });

  it('close once and again', () => {
    const made = slots();
    const before = readdirSync('/proc/self/fd').length;
    made.close();
    made.close();
    expect(readdirSync('/proc/self/fd').length).toBe(before - 1);
  });
});

describe('the buffers', () => {
  it('use memory again, and never that of a held frame', () => {
    const buffers = new FrameBuffers();
    const first = buffers.acquire(100_000);
    const second = buffers.acquire(100_000);
    expect(second.data.buffer).not.toBe(first.data.buffer);
    buffers.release(first.handle);
    const third = buffers.acquire(110_000);
    expect(third.data.buffer).toBe(first.data.buffer);
    expect(third.data.length).toBe(110_000);
    expect(buffers.heldFrames).toBe(2);
    expect(buffers.heldBytes).toBe(210_000);
  });

  it('take the smallest that fits', () => {
    const buffers = new FrameBuffers();
    const [small, large] = [buffers.acquire(1000), buffers.acquire(1_000_000)];
    buffers.release(small.handle);
    buffers.release(large.handle);
    expect(buffers.acquire(900).data.buffer).toBe(small.data.buffer);
    expect(buffers.acquire(900_000).data.buffer).toBe(large.data.buffer);
  });

  it('keep four at most', () => {
    const buffers = new FrameBuffers();
    const held = Array.from({ length: 10 }, () => buffers.acquire(10));
    for (const { handle } of held) buffers.release(handle);
    const known = new Set(held.map(({ data }) => data.buffer));
    const again = Array.from({ length: 10 }, () => buffers.acquire(10));
    expect(again.filter(({ data }) => known.has(data.buffer))).toHaveLength(4);
  });

  it('take a frame back once', () => {
    const buffers = new FrameBuffers();
    const { handle } = buffers.acquire(10);
    buffers.release(handle);
    expect(() => buffers.release(handle)).toThrow(expect.objectContaining({ code: 'ERR_NO_FRAME' }));
  });
});
