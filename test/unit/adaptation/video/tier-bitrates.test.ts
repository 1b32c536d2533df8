import { describe, expect, it } from 'vitest';
import { TierBitrates } from '../../../../src/adaptation/video/tier-bitrates.js';
import { Frame } from '../../../../src/core/frame.js';
import { VideoChannel } from '../../../../src/hub/video-channel.js';

const headers = 1.06;

class Scene {
  nowMs = 1000;
  readonly channel = new VideoChannel('high', {
    clock: () => this.nowMs,
    onDemand: () => undefined,
    onKeyframeWanted: () => undefined,
  });
  readonly bitrates = new TierBitrates(() => this.nowMs);

  /** Access units of so many bytes, 20 a second, looked at after each. */
  play(durationMs: number, bytes: number, configuredBps: number | null = 4e6): void {
    for (const endMs = this.nowMs + durationMs; this.nowMs < endMs; this.nowMs += 50) {
      const init = { data: new Uint8Array(bytes), width: 1, height: 1, captureMs: this.nowMs, sequence: 0 };
      const frame = new Frame(init, () => undefined);
      this.channel.publish(frame);
      frame.release();
      this.bitrates.of(this.channel, configuredBps);
    }
  }
}

describe('what a tier of video takes', () => {
  it('is what it is configured to, with headers, while nobody watches it', () => {
    const { bitrates, channel } = new Scene();
    expect(bitrates.of(channel, 4e6)).toEqual({ bitrateBps: headers * 4e6, mostBps: headers * 4e6 });
  });

  it('is measured once somebody has watched it for a moment', () => {
    const scene = new Scene();
    scene.channel.subscribe(() => undefined);
    scene.play(1000, 10_000);
    expect(scene.bitrates.of(scene.channel, 4e6).bitrateBps).toBe(headers * 4e6);
    scene.play(5000, 10_000);
    const { bitrateBps, mostBps } = scene.bitrates.of(scene.channel, 4e6);
    expect(bitrateBps / (headers * 1.6e6)).toBeCloseTo(1, 1);
    expect(mostBps).toBe(headers * 4e6);
  });

  it('may be more than it is configured to, and that is remembered', () => {
    const scene = new Scene();
    const leave = scene.channel.subscribe(() => undefined);
    scene.play(6000, 40_000);
    leave();
    scene.nowMs += 60_000;
    const { bitrateBps, mostBps } = scene.bitrates.of(scene.channel, 4e6);
    expect(bitrateBps).toBe(headers * 4e6);
    expect(mostBps / (headers * 6.4e6)).toBeCloseTo(1, 1);
  });

  it('is forgotten when the tier is configured anew', () => {
    const scene = new Scene();
    scene.channel.subscribe(() => undefined);
    scene.play(6000, 40_000);
    expect(scene.bitrates.of(scene.channel, 1e6)).toEqual({ bitrateBps: headers * 1e6, mostBps: headers * 1e6 });
  });

  it("is what was seen of a camera's own video, which has no setting", () => {
    const scene = new Scene();
    expect(scene.bitrates.of(scene.channel, null).mostBps).toBe(headers * 8e6);
    scene.channel.subscribe(() => undefined);
    scene.play(6000, 10_000, null);
    expect(scene.bitrates.of(scene.channel, null).mostBps / (headers * 1.6e6)).toBeCloseTo(1, 1);
  });
});
