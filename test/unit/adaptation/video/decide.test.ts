import { describe, expect, it } from 'vitest';
import {
  decideVideo,
  startVideoAdaptation,
  type VideoAdaptationState,
} from '../../../../src/adaptation/video/decide.js';
import type { LinkEstimate } from '../../../../src/adaptation/video/link-estimator.js';

const options = [
  { name: 'high', bitrateBps: 4e6, mostBps: 4e6 },
  { name: 'medium', bitrateBps: 2e6, mostBps: 2e6 },
  { name: 'low', bitrateBps: 1e6, mostBps: 1e6 },
];

const calm: LinkEstimate = {
  tellsPackets: true,
  linkBps: null,
  limitBps: null,
  isCongested: false,
  lossRatio: 0,
  rttMs: 20,
  queueMs: 0,
  arrivedBps: 1e6,
  probe: null,
};
const atLimit = (limitBps: number): LinkEstimate => ({ ...calm, linkBps: limitBps, limitBps, isCongested: true });
const probed = (carriedBps: number | null, isUnhindered = false): LinkEstimate => ({
  ...calm,
  probe: { isOver: true, carriedBps, isUnhindered },
});

/** Decides every tenth of a second from a moment on, until something changes or the time is over. */
function until(state: VideoAdaptationState, link: LinkEstimate, fromMs: number, untilMs: number) {
  let now = state;
  for (let nowMs = fromMs; nowMs <= untilMs; nowMs += 100) {
    const step = decideVideo(now, { nowMs, link, options });
    if (step.reason !== null || step.state.probe !== now.probe) return { ...step, atMs: nowMs };
    now = step.state;
  }
  return { state: now, reason: null, atMs: untilMs };
}

describe('the tier of a viewer of video', () => {
  it('stays the best where nothing is the matter, and nothing is probed', () => {
    const { state, reason } = until(startVideoAdaptation('high', 0), calm, 0, 60_000);
    expect([state.tier, state.probe, reason]).toEqual(['high', null, null]);
  });

  it('is the best that fits at once when more is sent than the link carries', () => {
    const { state, reason, atMs } = until(startVideoAdaptation('high', 0), atLimit(1.3e6), 1000, 2000);
    expect([state.tier, reason]).toEqual(['low', 'late']);
    expect(atMs).toBeLessThanOrEqual(1100);
  });

  it('stays where a keyframe queues for a moment in a link that carries it', () => {
    expect(until(startVideoAdaptation('high', 0), atLimit(4.8e6), 0, 5000).reason).toBeNull();
  });

  it('stays where more is lost than nothing, but less than chance explains', () => {
    expect(until(startVideoAdaptation('high', 0), { ...calm, lossRatio: 0.05 }, 0, 5000).reason).toBeNull();
  });

  it('is the least where none fits', () => {
    expect(until(startVideoAdaptation('high', 0), atLimit(0.1e6), 0, 500).state.tier).toBe('low');
    expect(until(startVideoAdaptation('low', 0), atLimit(0.1e6), 0, 5000).reason).toBeNull();
  });

  it('goes up only after a probe, and at once as far as probes in a chain find', () => {
    const first = until(startVideoAdaptation('low', 0), calm, 0, 5000);
    expect(first.state.probe?.order).toMatchObject({ bitrateBps: 2e6 / 0.85, durationMs: 400 });
    const second = decideVideo(first.state, { nowMs: 2000, link: probed(2.4e6, true), options });
    expect(second.reason).toBeNull();
    expect(second.state.probe?.order).toMatchObject({ bitrateBps: 4e6 / 0.85, startMs: 2000 });
    const last = decideVideo(second.state, { nowMs: 2600, link: probed(4.8e6, true), options });
    expect([last.state.tier, last.reason, last.state.probe]).toEqual(['high', 'probe', null]);
  });

  it('goes up as far as the first probes of a chain found when the last finds no more', () => {
    const first = until(startVideoAdaptation('low', 0), calm, 0, 5000);
    const second = decideVideo(first.state, { nowMs: 2000, link: probed(2.4e6, true), options });
    const last = decideVideo(second.state, { nowMs: 2600, link: probed(3e6), options });
    expect([last.state.tier, last.reason]).toEqual(['medium', 'probe']);
  });

  it('stays where the last probe of a chain shows that a bucket let the first one through', () => {
    const first = until(startVideoAdaptation('low', 0), calm, 0, 5000);
    const second = decideVideo(first.state, { nowMs: 2000, link: probed(2.4e6, true), options });
    const last = decideVideo(second.state, { nowMs: 2600, link: probed(1.5e6), options });
    expect([last.state.tier, last.reason]).toEqual(['low', null]);
  });

  it('waits twice as long after each probe that found nothing, up to ten seconds', () => {
    let state = startVideoAdaptation('low', 0);
    let atMs = 0;
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) {
      const begun = until(state, calm, atMs, atMs + 60_000);
      waits.push(begun.atMs - atMs);
      atMs = begun.atMs + 500;
      state = decideVideo(begun.state, { nowMs: atMs, link: probed(1.2e6), options }).state;
    }
    expect(waits).toEqual([1000, 4000, 8000, 10_000, 10_000]);
  });

  it('waits no longer after a probe that the machine was too busy to send', () => {
    const first = until(startVideoAdaptation('low', 0), calm, 0, 5000);
    const after = decideVideo(first.state, { nowMs: 2000, link: probed(1.5e6, true), options });
    expect([after.state.tier, after.state.probe]).toEqual(['low', null]);
    expect(until(after.state, calm, 2000, 9000).atMs).toBe(4000);
  });

  it('asks for no probe while keyframes show that the next tier does not fit, for a minute', () => {
    const shows = { ...calm, limitBps: 1.5e6, linkBps: 1.5e6 };
    const { state, atMs } = until(startVideoAdaptation('low', 0), shows, 0, 100_000);
    expect(atMs).toBeGreaterThanOrEqual(60_000);
    expect(state.probe?.asksFor).toBe('medium');
  });

  it('asks more of a tier that was a mistake, and tries it again later and later', () => {
    const first = until(startVideoAdaptation('low', 0), calm, 0, 5000);
    const up = decideVideo(first.state, { nowMs: 1500, link: probed(3e6), options });
    const last = decideVideo(up.state, { nowMs: 2000, link: probed(2.4e6), options });
    expect(last.state.tier).toBe('medium');
    const down = until(last.state, atLimit(1.6e6), 5000, 6000);
    expect([down.state.tier, down.reason]).toEqual(['low', 'late']);
    const wary = until(down.state, calm, 6000, 30_000);
    expect(wary.state.probe?.order.bitrateBps).toBeCloseTo((1.5 * 2e6) / 0.85);
    const later = until(down.state, calm, 70_000, 80_000);
    expect(later.state.probe?.order.bitrateBps).toBeCloseTo(2e6 / 0.85);
  });

  it('comes into bounds when its tier is gone, to what the link is known to carry', () => {
    const within = options.slice(1);
    const link = { ...calm, linkBps: 1.2e6 };
    const step = decideVideo(startVideoAdaptation('high', 0), { nowMs: 100, link, options: within });
    expect([step.state.tier, step.reason]).toEqual(['low', 'bounds']);
    const free = decideVideo(startVideoAdaptation('high', 0), { nowMs: 100, link: calm, options: within });
    expect(free.state.tier).toBe('medium');
  });
});
