import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../../src/core/frame.js';
import { FanOut, type PartReceiver } from '../../../../src/transports/tcp/fan-out.js';
import { TestFrame } from '../../fakes.js';

/** What a kernel does with what it is given, by descriptor: takes so many bytes, or fails with a negative number. */
type Kernel = ReadonlyMap<number, number>;

function setUp(kernel: Kernel = new Map()) {
  const calls: { readonly descriptors: readonly number[]; readonly chunks: readonly Uint8Array[] }[] = [];
  const fanOut = new FanOut((descriptors, chunks, sent) => {
    calls.push({ descriptors: [...descriptors], chunks });
    const total = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
    for (const [i, descriptor] of descriptors.entries()) sent[i] = Math.min(total, kernel.get(descriptor) ?? total);
  });
  return { fanOut, calls };
}

class Receiver implements PartReceiver {
  readonly events: string[] = [];
  readonly rests: Uint8Array[] = [];
  readonly #descriptor: number;
  onSent: (frame: Frame) => void = () => {};

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  descriptor(): number {
    return this.#descriptor;
  }

  sent(frame: Frame, bytes: number): void {
    expect(frame.references).toBeGreaterThan(0);
    this.events.push(`sent ${frame.sequence}: ${bytes}`);
    this.onSent(frame);
  }

  rest(frame: Frame, bytes: number, rest: Uint8Array): void {
    expect(frame.references).toBeGreaterThan(0);
    this.rests.push(rest);
    this.events.push(`rest ${frame.sequence}: ${rest.byteLength} of ${bytes}`);
  }

  failed(errno: number): void {
    this.events.push(`failed ${errno}`);
  }
}

const turn = () => Promise.resolve();
const bytes = (text: string) => Buffer.from(text);

describe('FanOut', () => {
  it('serves all who are ready in one turn with one call, and lets the frame go', async () => {
    const { fanOut, calls } = setUp();
    const frame = new TestFrame(1);
    const chunks = [bytes('head'), bytes('body'), bytes('end')];
    const receivers = [5, 6, 7].map((descriptor) => new Receiver(descriptor));
    for (const receiver of receivers) fanOut.deliver(frame.retain(), chunks, receiver);
    frame.release();
    expect(frame.freed).toBe(0);
    expect(calls).toEqual([]);
    await turn();
    expect(calls).toEqual([{ descriptors: [5, 6, 7], chunks }]);
    for (const { events } of receivers) expect(events).toEqual(['sent 1: 11']);
    expect(frame.freed).toBe(1);
  });

  it('copies what a socket does not take, and frees the frame all the same', async () => {
    const kernel = new Map([
      [5, 0],
      [6, 3],
      [7, 6],
      [8, 10],
      [9, -32],
    ]);
    const { fanOut } = setUp(kernel);
    const data = bytes('JPEG');
    const frame = new TestFrame(1, 0, data);
    const chunks = [bytes('head'), data, bytes('end')];
    const receivers = [-1, 5, 6, 7, 8, 9, 10].map((descriptor) => new Receiver(descriptor));
    for (const receiver of receivers) fanOut.deliver(frame.retain(), chunks, receiver);
    frame.release();
    await turn();
    expect(frame.freed).toBe(1);
    data.fill(0); // as a freed frame's memory may be
    const told = receivers.map(({ events, rests }) => [events.join(), ...rests.map((rest) => rest.toString())]);
    expect(told).toEqual([
      ['rest 1: 11 of 11', 'headJPEGend'],
      ['rest 1: 11 of 11', 'headJPEGend'],
      ['rest 1: 8 of 11', 'dJPEGend'],
      ['rest 1: 5 of 11', 'EGend'],
      ['rest 1: 1 of 11', 'd'],
      ['failed 32'],
      ['sent 1: 11'],
    ]);
  });

  it('makes no call where nobody can take anything directly', async () => {
    const { fanOut, calls } = setUp();
    const receiver = new Receiver(-1);
    const frame = new TestFrame(1);
    fanOut.deliver(frame, [bytes('abc')], receiver);
    await turn();
    expect(calls).toEqual([]);
    expect(receiver.events).toEqual(['rest 1: 3 of 3']);
    expect(frame.freed).toBe(1);
  });

  it('keeps different parts of one frame, and different frames, apart', async () => {
    const { fanOut, calls } = setUp();
    const [first, second] = [new TestFrame(1), new TestFrame(2)];
    const [shared, own] = [[bytes('shared')], [bytes('own')]];
    const receivers = [5, 6, 7, 8].map((descriptor) => new Receiver(descriptor));
    const [a, b, c, d] = receivers as [Receiver, Receiver, Receiver, Receiver];
    fanOut.deliver(first.retain(), shared, a);
    fanOut.deliver(first.retain(), own, b);
    fanOut.deliver(second.retain(), shared, c);
    fanOut.deliver(first.retain(), shared, d);
    first.release();
    second.release();
    await turn();
    expect(calls.map(({ descriptors }) => descriptors)).toEqual([[5, 8], [6], [7]]);
    expect([first.freed, second.freed]).toEqual([1, 1]);
  });

  it('delivers in the next turn what a receiver asks for at once', async () => {
    const { fanOut, calls } = setUp();
    const receiver = new Receiver(5);
    const [first, second] = [new TestFrame(1), new TestFrame(2)];
    receiver.onSent = (frame) => {
      if (frame === first) fanOut.deliver(second, [bytes('b')], receiver);
    };
    fanOut.deliver(first, [bytes('a')], receiver);
    await turn();
    await turn();
    expect(calls).toHaveLength(2);
    expect(receiver.events).toEqual(['sent 1: 1', 'sent 2: 1']);
    expect([first.freed, second.freed]).toEqual([1, 1]);
  });

  it('gives everybody the whole part in order, whatever the kernel takes', async () => {
    const outcome = fc.oneof(fc.constant(1000), fc.constant(0), fc.nat(60), fc.constant(-104), fc.constant(null));
    const chunk = fc.uint8Array({ maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(outcome, { maxLength: 70 }),
        fc.array(chunk, { minLength: 1, maxLength: 4 }),
        async (outcomes, chunks) => {
          const taken = new Map(outcomes.map((outcome, i) => [i, outcome ?? 0]));
          const { fanOut, calls } = setUp(taken);
          const frame = new TestFrame(1);
          const receivers = outcomes.map((outcome, i) => new Receiver(outcome === null ? -1 : i));
          for (const receiver of receivers) fanOut.deliver(frame.retain(), chunks, receiver);
          frame.release();
          await turn();
          const whole = Buffer.concat(chunks);
          for (const [i, { events, rests }] of receivers.entries()) {
            expect(events).toHaveLength(1);
            if (events[0]?.startsWith('failed')) continue;
            const direct = outcomes[i] === null ? 0 : Math.min(whole.length, outcomes[i] ?? 0);
            const got = Buffer.concat([whole.subarray(0, direct), ...rests]);
            expect(got.equals(whole)).toBe(true);
          }
          expect(calls.length).toBeLessThanOrEqual(1);
          expect(frame.freed).toBe(1);
        },
      ),
    );
  });
});
