import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LossMeter } from '../../../../src/transports/rtp/loss-meter.js';

function block(highestSequence: number, packetsLost: number, lossRatio = 0) {
  const rest = { ssrc: 1, jitter: 0, lastSenderReport: 0, delaySinceLastSenderReportMs: 0 };
  return { ...rest, highestSequence, packetsLost, lossRatio };
}

describe('LossMeter', () => {
  it('takes the first report at its word and then counts between reports', () => {
    const meter = new LossMeter();
    expect(meter.read(block(1000, 5, 0.25), 0)).toBe(0.25);
    expect(meter.read(block(1100, 15), 1000)).toBe(0.1);
    expect(meter.read(block(1200, 15), 2000)).toBe(0);
  });

  it('waits for 30 packets or half a second', () => {
    const meter = new LossMeter();
    meter.read(block(1000, 0), 0);
    expect(meter.read(block(1002, 1), 20)).toBeNull();
    expect(meter.read(block(1010, 2), 40)).toBeNull();
    expect(meter.read(block(1040, 4), 60)).toBe(0.1);
    expect(meter.read(block(1045, 5), 560)).toBe(0.2);
    expect(meter.read(block(1045, 5), 5000)).toBeNull();
  });

  it('is between 0 and 1 for any numbers, over their wrap too', () => {
    const meter = new LossMeter();
    meter.read(block(2 ** 32 - 10, 0), 0);
    expect(meter.read(block(90, 10), 1000)).toBe(0.1);
    const any = fc.integer({ min: -(2 ** 23), max: 2 ** 23 - 1 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), any, fc.nat(), (highest, lost, passedMs) => {
        const ratio = meter.read(block(highest, lost), 1000 + passedMs);
        expect(ratio === null || (ratio >= 0 && ratio <= 1)).toBe(true);
      }),
    );
  });
});
