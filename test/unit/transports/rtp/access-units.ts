import fc from 'fast-check';
import { Frame } from '../../../../src/core/frame.js';

const startCodes = [Buffer.from([0, 0, 1]), Buffer.from([0, 0, 0, 1])];

/** A NAL unit of a type whose payload can't be mistaken for a start code and doesn't end in zero. */
export function nalUnit(type: number, bytes: number, fill = 1): Buffer {
  const nal = Buffer.alloc(Math.max(1, bytes), 1 + (fill % 255));
  nal[0] = 0x60 | type;
  return nal;
}

export function annexB(nals: readonly Uint8Array[], startCode: 3 | 4 = 4): Buffer {
  return Buffer.concat(nals.flatMap((nal) => [startCodes[startCode - 3] ?? Buffer.alloc(0), nal]));
}

export interface UnitInit {
  readonly captureMs: number;
  readonly sequence: number;
  readonly isKeyframe: boolean;
  /** Of the picture. */
  readonly bytes: number;
}

/** What an encoder gives: delimiter, parameter sets before a keyframe, one slice that bears the frame's number. */
export function videoFrame({ captureMs, sequence, isKeyframe, bytes }: UnitInit, onFree = () => {}): Frame {
  const slice = nalUnit(isKeyframe ? 5 : 1, Math.max(8, bytes), sequence);
  slice.writeUInt32BE(0x01010101 + sequence, 1);
  const sets = isKeyframe ? [nalUnit(7, 20), nalUnit(8, 5), nalUnit(6, 12)] : [];
  const data = annexB([nalUnit(9, 2), ...sets, slice]);
  return new Frame({ data, width: 1280, height: 720, captureMs, sequence, isKeyframe }, onFree);
}

/** The number in the slice of such a frame. */
export function numberOf(nals: readonly Buffer[]): number {
  const slice = nals.at(-1);
  return slice === undefined ? -1 : slice.readUInt32BE(1) - 0x01010101;
}

/** Any NAL unit: neither a start code inside nor a zero byte at the end, as emulation prevention has it. */
export const anyNal = fc
  .tuple(fc.constantFrom(1, 5, 6, 7, 8, 14, 20), fc.integer({ min: 0, max: 3 }), fc.uint8Array({ maxLength: 5000 }))
  .map(([type, importance, body]) => {
    const nal = Buffer.from([(importance << 5) | type, ...body, 0x80]);
    for (let i = 2; i < nal.length; i++) {
      if (nal[i - 1] === 0 && nal[i - 2] === 0 && (nal[i] ?? 0) <= 3) nal[i] = 4;
    }
    return nal;
  });
