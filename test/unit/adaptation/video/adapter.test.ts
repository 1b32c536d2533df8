import { describe, expect, it } from 'vitest';
import { VideoAdapter } from '../../../../src/adaptation/video/adapter.js';
import type { PacketResult, VideoConnection, VideoFeedback } from '../../../../src/hub/video-link.js';
import type { TierChoice, Viewer } from '../../../../src/hub/viewer-registry.js';

const options = [
  { name: 'high', bitrateBps: 4e6, mostBps: 4e6 },
  { name: 'medium', bitrateBps: 2e6, mostBps: 2e6 },
  { name: 'low', bitrateBps: 1e6, mostBps: 1e6 },
];

class FakeConnection implements VideoConnection {
  sentBps = 4e6;
  linkBps: number | null = null;
  heard = 0;
  readonly probes: { bitrateBps: number; durationMs: number }[] = [];
  #hear: ((feedback: VideoFeedback) => void) | null = null;
  #sentMs = 0;
  #freeMs = 0;

  /** What a tenth of a second of packets of 1200 bytes came to over a link: sent and carried in bit/s, with headers. */
  pass(nowMs: number, sentBps: number, linkBps: number): void {
    const packets: PacketResult[] = [];
    for (; this.#sentMs < nowMs; this.#sentMs += (8000 * 1238) / sentBps) {
      this.#freeMs = Math.max(this.#freeMs, this.#sentMs) + (8000 * 1238) / linkBps;
      packets.push({ sentMs: this.#sentMs, arrivedMs: 5000 + this.#freeMs, bytes: 1200, isProbe: false });
    }
    if (this.#hear === null) return;
    this.heard++;
    this.#hear({ atMs: nowMs, packets, lossRatio: null, estimateBps: null, rttMs: 20 });
  }

  listen(hear: (feedback: VideoFeedback) => void): void {
    this.#hear = hear;
  }

  probe(bitrateBps: number, durationMs: number): void {
    this.probes.push({ bitrateBps, durationMs });
  }

  setLinkBps(linkBps: number | null): void {
    this.linkBps = linkBps;
  }
}

class Scene {
  nowMs = 0;
  tier = 'high';
  choice: TierChoice = { mode: 'auto' };
  allowed: typeof options | null = options;
  readonly connection = new FakeConnection();
  readonly adapter = new VideoAdapter({ allowed: () => this.allowed });

  get viewer(): Viewer {
    const { tier, choice, connection } = this;
    return {
      ...{ id: 'a', camera: 'front', transport: 'webrtc', medium: 'h264', address: '127.0.0.1:1', sinceMs: 0 },
      ...{ choice, maxFps: null, request: {}, tier, videoConnection: connection },
      stats: () => ({ delivered: 0, droppedSlow: 0, droppedRate: 0, fps: 0, bytes: 0, bitrateBps: 0 }),
      moveTo: () => undefined,
      pinTo: () => undefined,
      limitTo: () => undefined,
      close: () => undefined,
    };
  }

  /** So much is sent over such a link for a while; moves are carried out and told. */
  run(durationMs: number, linkBps: number, sentBps = () => options.find(({ name }) => name === this.tier)?.bitrateBps) {
    const moves: string[] = [];
    for (const endMs = this.nowMs + durationMs; this.nowMs < endMs; ) {
      this.nowMs += 100;
      this.connection.pass(this.nowMs, sentBps() ?? 1e6, linkBps);
      const move = this.adapter.look(this.viewer, this.nowMs);
      if (move === null) continue;
      moves.push(`${move.direction} to ${move.tier}: ${move.reason}`);
      this.tier = move.tier;
    }
    return moves;
  }
}

describe('the adapter of video', () => {
  it('leaves a viewer alone whose link carries everything', () => {
    const scene = new Scene();
    expect(scene.run(10_000, 50e6)).toEqual([]);
    expect(scene.connection.linkBps).toBeNull();
    expect(scene.connection.probes).toEqual([]);
  });

  it('moves a viewer down to what its link carries, and tells its connection', () => {
    const scene = new Scene();
    expect(scene.run(2000, 2.6e6)).toEqual(['down to medium: late']);
    expect(scene.connection.linkBps).toBeCloseTo(2.6e6, -4);
  });

  it('asks for probes and for their end, and moves a viewer up after them', () => {
    const scene = new Scene();
    scene.tier = 'medium';
    const { probes } = scene.connection;
    const sentBps = () => ((probes.at(-1)?.durationMs ?? 0) > 0 ? probes.at(-1)?.bitrateBps : 2e6);
    expect(scene.run(3000, 50e6, sentBps)).toEqual(['up to high: probe']);
    expect(probes).toEqual([
      { bitrateBps: 4e6 / 0.85, durationMs: 400 },
      { bitrateBps: 0, durationMs: 0 },
    ]);
  });

  it('moves nobody who chose a tier, and ends a probe when one is chosen', () => {
    const scene = new Scene();
    scene.choice = { mode: 'fixed', fixedTier: 'high' };
    expect(scene.run(3000, 1.3e6, () => 4e6)).toEqual([]);
    expect(scene.connection.linkBps).toBeCloseTo(1.3e6, -4);
    const other = new Scene();
    other.tier = 'low';
    expect(other.run(1200, 50e6)).toEqual([]);
    expect(other.connection.probes).toHaveLength(1);
    other.choice = { mode: 'fixed', fixedTier: 'low' };
    expect(other.run(2000, 50e6)).toEqual([]);
    expect(other.connection.probes.at(-1)).toEqual({ bitrateBps: 0, durationMs: 0 });
  });

  it('goes on from where somebody else moved a viewer', () => {
    const scene = new Scene();
    scene.run(1000, 50e6);
    scene.tier = 'low';
    expect(scene.run(900, 50e6)).toEqual([]);
    scene.run(500, 50e6);
    expect(scene.connection.probes).toEqual([{ bitrateBps: 2e6 / 0.85, durationMs: 400 }]);
  });

  it('brings a viewer into bounds that have become narrower', () => {
    const scene = new Scene();
    scene.run(1000, 50e6);
    scene.allowed = options.slice(1);
    expect(scene.run(500, 50e6)).toEqual(['down to medium: bounds']);
  });

  it('does nothing for a viewer whose camera is gone, and forgets one that left', () => {
    const scene = new Scene();
    scene.allowed = null;
    expect(scene.run(3000, 0.5e6)).toEqual([]);
    expect(scene.connection.heard, 'from its first look on').toBe(29);
    expect(scene.adapter.size).toBe(1);
    scene.adapter.keepOnly(new Set(['b']));
    expect(scene.adapter.size).toBe(0);
  });

  it('looks at no viewer without a connection for video', () => {
    const scene = new Scene();
    expect(scene.adapter.look({ ...scene.viewer, videoConnection: undefined }, 100)).toBeNull();
    expect(scene.adapter.size).toBe(0);
  });
});
