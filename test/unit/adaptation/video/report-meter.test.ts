import { describe, expect, it } from 'vitest';
import { ReportMeter } from '../../../../src/adaptation/video/report-meter.js';
import type { VideoFeedback } from '../../../../src/hub/video-link.js';

const report = (atMs: number, said: Partial<VideoFeedback>): VideoFeedback => ({
  atMs,
  packets: [],
  lossRatio: null,
  estimateBps: null,
  rttMs: null,
  ...said,
});

/** A report a second that says the same each time. */
function tell(meter: ReportMeter, fromMs: number, count: number, said: Partial<VideoFeedback>, sentBps = 2e6): void {
  for (let i = 0; i < count; i++) meter.add(report(fromMs + 1000 * i, said), sentBps);
}

describe('what receiver reports tell of a link', () => {
  it('is no limit where little is lost and round trips stay as they are', () => {
    const meter = new ReportMeter();
    tell(meter, 1000, 10, { lossRatio: 0.05, rttMs: 30 });
    expect(meter.limitBps(10_500)).toBeNull();
    expect([meter.lossRatio, meter.rttMs, meter.queueMs]).toEqual([0.05, 30, 0]);
  });

  it('is what came through where much is lost in two reports, not in one', () => {
    const meter = new ReportMeter();
    tell(meter, 1000, 3, { lossRatio: 0 });
    tell(meter, 4000, 1, { lossRatio: 0.4 });
    expect(meter.limitBps(4000)).toBeNull();
    tell(meter, 5000, 1, { lossRatio: 0.4 });
    expect(meter.limitBps(5000)).toBeCloseTo(1.2e6);
    expect(meter.limitBps(10_001)).toBeNull();
  });

  it('is less than what is sent where round trips become longer', () => {
    const meter = new ReportMeter();
    tell(meter, 1000, 3, { rttMs: 30 });
    tell(meter, 4000, 2, { rttMs: 400 });
    expect(meter.limitBps(5000)).toBeCloseTo(1.7e6);
  });

  it("is the viewer's own estimate where it lies below what is sent", () => {
    const meter = new ReportMeter();
    tell(meter, 1000, 3, { estimateBps: 2.5e6 });
    expect(meter.limitBps(3000)).toBeNull();
    tell(meter, 4000, 2, { estimateBps: 0.85e6 });
    expect(meter.limitBps(5000)).toBeCloseTo(1e6);
  });

  it('is nothing where what is sent has just changed: a report tells of before, too', () => {
    const meter = new ReportMeter();
    tell(meter, 1000, 3, { lossRatio: 0 }, 4e6);
    tell(meter, 4000, 1, { lossRatio: 0.5 }, 4e6);
    tell(meter, 5000, 1, { lossRatio: 0.5 }, 1e6);
    expect(meter.limitBps(5000)).toBeNull();
  });

  it('says that a probe came through only after a report on its end, where nothing became worse', () => {
    const order = { bitrateBps: 3e6, startMs: 5000, durationMs: 1200 };
    const meter = new ReportMeter();
    tell(meter, 1000, 4, { lossRatio: 0.03, rttMs: 30 });
    meter.beginProbe(order);
    tell(meter, 6000, 1, { lossRatio: 0.03, rttMs: 40 });
    expect(meter.readProbe(order, 6100).isOver).toBe(false);
    tell(meter, 7000, 1, { lossRatio: 0.04, rttMs: 50 });
    expect(meter.readProbe(order, 7000)).toEqual({ isOver: true, carriedBps: 3e6, isUnhindered: true });
  });

  it.each([
    { lossRatio: 0.2, rttMs: 30 },
    { lossRatio: 0, rttMs: 150 },
  ])('says that one did not: %o', (worse) => {
    const order = { bitrateBps: 3e6, startMs: 5000, durationMs: 1200 };
    const meter = new ReportMeter();
    tell(meter, 1000, 4, { lossRatio: 0, rttMs: 30 });
    meter.beginProbe(order);
    tell(meter, 6000, 1, worse);
    tell(meter, 7000, 1, { lossRatio: 0, rttMs: 30 });
    expect(meter.readProbe(order, 7000)).toEqual({ isOver: true, carriedBps: null, isUnhindered: false });
    expect(meter.limitBps(7000)).toBeNull();
  });
});
