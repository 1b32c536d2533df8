import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRtcp } from '../../../../src/transports/rtp/rtcp/parse.js';
import type { TransportFeedback } from '../../../../src/transports/rtp/rtcp/transport-feedback.js';
import { TransportHistory } from '../../../../src/transports/rtp/transport-history.js';
import { transportFeedback } from '../../../support/webrtc-client/rtcp-bytes.js';

function feedback(base: number, reference: number, arrivals: readonly (number | null)[]): TransportFeedback {
  const [packet] = parseRtcp(transportFeedback(base & 0xffff, reference % 2 ** 24, arrivals));
  if (packet?.type !== 'transport-feedback') throw new Error('not read');
  return packet;
}

function sending(count: number, first = 0): TransportHistory {
  const history = new TransportHistory(first);
  for (let i = 0; i < count; i++) history.add(1000 + i, 100 + i, i % 5 === 0);
  return history;
}

describe('TransportHistory', () => {
  it('tells of each packet once, and of a lost one again when it came after all', () => {
    const history = sending(4);
    expect(history.results(feedback(0, 0, [0, null, 8]))).toEqual([
      { sentMs: 1000, arrivedMs: 0, bytes: 100, isProbe: true },
      { sentMs: 1001, arrivedMs: null, bytes: 101, isProbe: false },
      { sentMs: 1002, arrivedMs: 2, bytes: 102, isProbe: false },
    ]);
    expect(history.results(feedback(0, 0, [0, null, 8]))).toEqual([]);
    expect(history.results(feedback(1, 0, [12, 16, 20]))).toEqual([
      { sentMs: 1001, arrivedMs: 3, bytes: 101, isProbe: false },
      { sentMs: 1003, arrivedMs: 5, bytes: 103, isProbe: false },
    ]);
  });

  it('tells nothing of what was never sent or is long ago', () => {
    const history = sending(3);
    expect(history.results(feedback(3, 0, [0, 1]))).toEqual([]);
    expect(history.results(feedback(2, 0, [0, 1, 2]))).toHaveLength(1);
    expect(history.results(feedback(65_530, 0, [0, 1]))).toEqual([]);
    expect(sending(5000).results(feedback(0, 0, [0, 1]))).toEqual([]);
    expect(new TransportHistory().results(feedback(65_535, 0, [0, 1]))).toEqual([]);
  });

  it('follows the reference time over its wrap, in both directions', () => {
    const history = sending(3);
    const at = (base: number, reference: number) => history.results(feedback(base, reference, [0]))[0]?.arrivedMs ?? 0;
    const first = at(0, 2 ** 24 - 1);
    expect(at(1, 2 ** 24)).toBe(first + 64);
    expect(at(2, 2 ** 24 - 2)).toBe(first - 64);
  });

  it('gives back what a link did, over the wrap of sequence numbers', () => {
    const fates = fc.array(fc.option(fc.integer({ min: 0, max: 400 })), { minLength: 1, maxLength: 500 });
    fc.assert(
      fc.property(
        fates,
        fc.integer({ min: 65_000, max: 66_000 }),
        fc.integer({ min: 1, max: 90 }),
        (delays, first, each) => {
          const history = sending(delays.length, first);
          // Packets arrive out of order where the delay varies; time in 250 µs, from 1000 ms on.
          const arrivals = delays.map((delay, i) => (delay === null ? null : 4 * (1000 + i) + delay));
          const results = [];
          for (let from = 0; from < arrivals.length; from += each) {
            const part = arrivals.slice(from, from + each);
            const reference = Math.floor((part.find((ticks) => ticks !== null) ?? 4000) / 256);
            const relative = part.map((ticks) => (ticks === null ? null : ticks - 256 * reference));
            results.push(...history.results(feedback(first + from, reference, relative)));
          }
          expect(results).toEqual(
            arrivals.map((ticks, i) => ({
              sentMs: 1000 + i,
              arrivedMs: ticks === null ? null : ticks / 4,
              bytes: 100 + i,
              isProbe: i % 5 === 0,
            })),
          );
        },
      ),
    );
  });
});
