import { describe, expect, it } from 'vitest';
import { MissingPackets, nackEntries } from '../../support/webrtc-client/missing-packets.js';
import { type CompleteUnit, PictureBuffer } from '../../support/webrtc-client/picture-buffer.js';

interface Packet {
  readonly sequence: number;
  readonly timestamp: number;
  readonly isMarked: boolean;
  readonly payload: Buffer;
}

/** Parameter sets in one packet, and an IDR slice in two fragments. */
function keyframe(sequence: number, timestamp: number): Packet[] {
  const sets = Buffer.from([24, 0, 3, 0x67, 1, 2, 0, 2, 0x68, 1]);
  return [
    { sequence, timestamp, isMarked: false, payload: sets },
    { sequence: sequence + 1, timestamp, isMarked: false, payload: Buffer.from([0x7c, 0x85, 1, 2]) },
    { sequence: sequence + 2, timestamp, isMarked: true, payload: Buffer.from([0x7c, 0x45, 3, 4]) },
  ];
}

function slice(sequence: number, timestamp: number): Packet {
  return { sequence, timestamp, isMarked: true, payload: Buffer.from([0x61, 5]) };
}

function received(packets: readonly Packet[]): CompleteUnit[] {
  const units: CompleteUnit[] = [];
  const buffer = new PictureBuffer((unit) => units.push(unit));
  for (const { sequence, timestamp, isMarked, payload } of packets) {
    buffer.add(sequence, timestamp, isMarked, payload, 0, payload.length);
  }
  return units;
}

const times = (units: readonly CompleteUnit[]) => units.map(({ timestamp }) => timestamp);
const stream = [...keyframe(100, 1), slice(103, 2), slice(104, 3), ...keyframe(105, 4), slice(108, 5)];

describe('the buffer of the viewers that load servers', () => {
  it('gives access units whole and in order, however their packets come', () => {
    expect(times(received(stream))).toEqual([1, 2, 3, 4, 5]);
    const [a, b, c, d, e, ...rest] = stream;
    const shuffled = [a, c, b, e, d, ...rest].filter((packet) => packet !== undefined);
    expect(times(received(shuffled))).toEqual([1, 2, 3, 4, 5]);
    expect(received(stream)[0]).toEqual({ timestamp: 1, isKeyframe: true, bytes: 18, sps: Buffer.from([0x67, 1, 2]) });
  });

  it('gives nothing behind a gap before it is filled or a keyframe is whole', () => {
    const missing = stream.filter(({ sequence }) => sequence !== 103);
    expect(times(received(missing.slice(0, -2)))).toEqual([1]);
    expect(times(received(missing))).toEqual([1, 4, 5]);
    expect(times(received([...missing.slice(0, 4), slice(103, 2)]))).toEqual([1, 2, 3]);
  });

  it('begins with a keyframe, and counts no padding and nothing twice', () => {
    expect(times(received([slice(99, 0), ...stream]))).toEqual([1, 2, 3, 4, 5]);
    const padding = { sequence: 103, timestamp: 1, isMarked: false, payload: Buffer.alloc(0) };
    expect(times(received([...keyframe(100, 1), padding, slice(104, 2), slice(104, 2)]))).toEqual([1, 2]);
  });
});

describe('what those viewers ask for again', () => {
  it('is each missing packet, at once, and again while it does not come', () => {
    const missing = new MissingPackets();
    expect([missing.arrived(10), missing.arrived(13), missing.arrived(14)]).toEqual([false, true, false]);
    expect(missing.due(0)).toEqual([11, 12]);
    expect(missing.due(50)).toEqual([]);
    missing.arrived(11);
    expect(missing.due(100)).toEqual([12]);
    missing.forgetBelow(13);
    expect(missing.isEmpty).toBe(true);
  });

  it('is written as first packets and masks of 16', () => {
    expect(nackEntries([5, 6, 21, 22, 65_540])).toEqual([
      [5, 0b1000_0000_0000_0001],
      [22, 0],
      [4, 0],
    ]);
  });
});
