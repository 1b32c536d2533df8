import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nack, pli, receiverReport } from '../../../support/webrtc-client/rtcp-bytes.js';
import { numberOf } from './access-units.js';
import { type ReceivedPacket, type ReceivedUnit, unitsOf } from './rtp-receiver.js';
import { negotiated, pass, ssrc, TestTier, TestViewer } from './scene.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 5_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

type Action =
  | { readonly do: 'publish'; readonly tier: number; readonly isKeyframe: boolean; readonly bytes: number }
  | { readonly do: 'switch'; readonly tier: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'nack'; readonly back: number; readonly mask: number }
  | { readonly do: 'pli' }
  | { readonly do: 'report' }
  | { readonly do: 'probe'; readonly bps: number }
  | { readonly do: 'link'; readonly bps: number | null }
  | { readonly do: 'block'; readonly isBlocked: boolean };

const tier = fc.nat(2);
const publish: fc.Arbitrary<Action> = fc.record({
  do: fc.constant('publish'),
  tier,
  isKeyframe: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  bytes: fc.integer({ min: 8, max: 40_000 }),
});
const common: fc.Arbitrary<Action>[] = [
  publish,
  publish,
  publish,
  fc.record({ do: fc.constant('switch'), tier }),
  fc.record({ do: fc.constant('pass'), ms: fc.integer({ min: 1, max: 60 }) }),
  fc.record({
    do: fc.constant('nack'),
    back: fc.integer({ min: -20, max: 3000 }),
    mask: fc.integer({ min: 0, max: 0xffff }),
  }),
  fc.record({ do: fc.constant('pli') }),
  fc.record({ do: fc.constant('report') }),
  fc.record({ do: fc.constant('probe'), bps: fc.integer({ min: 100_000, max: 8_000_000 }) }),
  fc.record({ do: fc.constant('link'), bps: fc.option(fc.integer({ min: 100_000, max: 8_000_000 }), { nil: null }) }),
];
const withBlocks = fc.oneof(...common, fc.record({ do: fc.constant('block'), isBlocked: fc.boolean() }));

interface Published {
  readonly tier: number;
  readonly index: number;
  readonly isKeyframe: boolean;
}

/** What happened: all that was published by its number, and what one viewer made of it. */
class Story {
  readonly published: Published[] = [];
  readonly tiers: readonly TestTier[];
  readonly viewer: TestViewer;
  readonly #counts = [0, 0, 0];

  constructor(maxPacketBytes: number, hasRtx: boolean) {
    this.tiers = ['high', 'medium', 'low'].map((name) => new TestTier(name, maxPacketBytes));
    const { rtx, ...withoutRtx } = negotiated;
    this.viewer = new TestViewer({ negotiated: hasRtx ? negotiated : withoutRtx });
  }

  run(actions: readonly Action[]): void {
    this.#switchTo(0);
    this.#publish(0, true, 5000);
    for (const action of actions) this.#act(action);
    this.viewer.takes = () => true;
    pass(5000);
    this.viewer.stream.close();
  }

  #act(action: Action): void {
    const { stream } = this.viewer;
    if (action.do === 'publish') this.#publish(action.tier, action.isKeyframe, action.bytes);
    else if (action.do === 'switch') this.#switchTo(action.tier);
    else if (action.do === 'pass') pass(action.ms);
    else if (action.do === 'nack')
      stream.onRtcp(nack(ssrc, [(this.viewer.newest - action.back) & 0xffff, action.mask]));
    else if (action.do === 'pli') stream.onRtcp(pli(ssrc));
    else if (action.do === 'report') stream.onRtcp(receiverReport({ ssrc }));
    else if (action.do === 'probe') stream.probe(action.bps, 300);
    else if (action.do === 'link') stream.setLinkBps(action.bps);
    else this.viewer.takes = () => !action.isBlocked;
  }

  #switchTo(tierIndex: number): void {
    const to = this.tiers[tierIndex];
    if (to !== undefined) this.viewer.stream.switchTo(to.tier);
  }

  #publish(tierIndex: number, isKeyframe: boolean, bytes: number): void {
    const index = this.#counts[tierIndex] ?? 0;
    this.#counts[tierIndex] = index + 1;
    this.published.push({ tier: tierIndex, index, isKeyframe });
    this.tiers[tierIndex]?.publish(this.published.length - 1, isKeyframe, bytes);
  }
}

/** Whether a decoder can show them all: published ones, in order, each with those before it or a keyframe. */
function expectDecodable(units: readonly ReceivedUnit[], published: readonly Published[], mayLeaveOut: boolean): void {
  let previous: Published | undefined;
  let previousNumber = -1;
  expect(units.length).toBeGreaterThan(0);
  for (const { nals, isKeyframe } of units) {
    const number = numberOf(nals);
    const unit = published[number];
    if (unit === undefined) throw new Error(`nobody published ${number}`);
    expect(number).toBeGreaterThan(previousNumber);
    expect(isKeyframe).toBe(unit.isKeyframe);
    const follows = previous !== undefined && previous.tier === unit.tier && unit.index === previous.index + 1;
    if (!follows) expect(unit.isKeyframe).toBe(true);
    if (!follows && !mayLeaveOut && previous?.tier === unit.tier) throw new Error('left one out');
    previous = unit;
    previousNumber = number;
  }
}

function isSame(a: ReceivedPacket, b: ReceivedPacket | undefined): boolean {
  const isSameHeader = a.timestamp === b?.timestamp && a.marker === b.marker && a.paddingBytes === b.paddingBytes;
  return isSameHeader && a.payload.equals(b.payload);
}

/** What a link doesn't carry is left out where it waits for another tier. */
function isSlow(actions: readonly Action[]): boolean {
  return actions.some((action) => action.do === 'link' && action.bps !== null);
}

const script = fc.array(fc.oneof(...common), { minLength: 20, maxLength: 120 });

describe('whatever happens to a viewer stream', () => {
  it('sends a stream that can be decoded, each tier from a keyframe on, without gaps', () => {
    fc.assert(
      fc.property(script, fc.constantFrom(120, 1200), (actions, maxPacketBytes) => {
        const story = new Story(maxPacketBytes, true);
        story.run(actions);
        const { media, repeated } = story.viewer;
        expectDecodable(unitsOf(media), story.published, isSlow(actions));
        const bySequence = new Map(media.map((packet) => [packet.sequence, packet]));
        expect(repeated.filter((packet) => !isSame(packet, bySequence.get(packet.sequence)))).toEqual([]);
        for (const { channel } of story.tiers) expect(channel.receiverCount).toBe(0);
        expect(vi.getTimerCount()).toBe(0);
      }),
    );
  });

  it('does so without RTX too, where packets and padding come again as they were', () => {
    fc.assert(
      fc.property(script, (actions) => {
        const story = new Story(1200, false);
        story.run(actions);
        const seen = new Map<number, ReceivedPacket>();
        const { media } = story.viewer;
        const first = media.filter((packet) => {
          const before = seen.get(packet.sequence);
          if (before === undefined) {
            seen.set(packet.sequence, packet);
            return true;
          }
          expect(isSame(packet, before)).toBe(true);
          return false;
        });
        expectDecodable(unitsOf(first), story.published, isSlow(actions));
      }),
    );
  });

  it('goes on with a keyframe after each time that nothing was taken', () => {
    fc.assert(
      fc.property(fc.array(withBlocks, { minLength: 20, maxLength: 120 }), (actions) => {
        const story = new Story(1200, true);
        story.run(actions);
        expectDecodable(unitsOf(story.viewer.media, true), story.published, true);
      }),
    );
  });

  it('takes any bytes as RTCP', () => {
    const story = new Story(1200, true);
    const [first] = story.tiers;
    if (first !== undefined) story.viewer.stream.switchTo(first.tier);
    first?.publish(0, true);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        bytes[0] = 0x80 | ((bytes[0] ?? 0) & 0x3f);
        bytes[1] = 200 + ((bytes[1] ?? 0) % 8);
        story.viewer.stream.onRtcp(bytes);
      }),
      { numRuns: 1000 },
    );
    story.viewer.stream.close();
  });

  it('counts on beyond 16 bits of sequence and 32 bits of timestamp', () => {
    // 120 bytes a packet: about a thousand packets for each 70 kB.
    const tierOfMany = new TestTier('high', 120);
    // A second before the timestamp's wrap.
    const viewer = new TestViewer({ random: () => (2 ** 32 - (5_000_000 + 1000) * 90) / 2 ** 32 });
    viewer.stream.switchTo(tierOfMany.tier);
    viewer.stream.onRtcp(receiverReport({ ssrc, fractionLost: 1 }));
    for (let i = 0; i < 60; i++) {
      tierOfMany.publish(i, i === 0, 70_000);
      pass(33);
    }
    pass(2000);
    const { media } = viewer;
    expect(media.length).toBeGreaterThan(40_000);
    expect(media.some(({ sequence }) => sequence === 0)).toBe(true);
    const units = unitsOf(media);
    expect(units.map(({ nals }) => numberOf(nals))).toEqual(Array.from({ length: 60 }, (_, i) => i));
    const [first, last] = [units[0], units.at(-1)];
    expect(first?.timestamp).toBe(2 ** 32 - 90_000);
    expect(last?.timestamp).toBe(59 * 33 * 90 - 90_000);
    viewer.stream.onRtcp(nack(ssrc, [media.at(-2)?.sequence ?? -1, 1]));
    expect(viewer.repeated.map(({ sequence }) => sequence)).toEqual(media.slice(-2).map(({ sequence }) => sequence));
    viewer.stream.close();
  });
});
