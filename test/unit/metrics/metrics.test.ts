import { describe, expect, it } from 'vitest';
import type { SwitchFacts } from '../../../src/metrics/adaptation.js';
import type { CameraFacts, TierFacts } from '../../../src/metrics/cameras.js';
import { createMetrics } from '../../../src/metrics/metrics.js';

const tier = (name: string, init: Partial<TierFacts> = {}): TierFacts => {
  return {
    name,
    medium: 'jpeg',
    published: 100,
    keyframes: 100,
    bitrateBps: 8e6,
    viewersByTransport: { mjpeg: 3 },
    delivered: 250,
    droppedSlow: 40,
    droppedRate: 10,
    unchanged: 7,
    late: 5,
    encoded: 90,
    encodeMs: 450,
    ages: { boundsMs: [10, 100], counts: [200, 40, 10], sumMs: 12_500 },
    ...init,
  };
};

function setUp(cameras: readonly CameraFacts[]) {
  const state = {
    cameras,
    switches: [] as SwitchFacts[],
    addon: { liveFrames: 2, liveBytes: 300, pipelines: 1, abandoned: 0 },
  };
  const metrics = createMetrics({
    cameras: () => state.cameras,
    switches: () => state.switches,
    addon: () => state.addon,
  });
  /** Sample to value, for example `a{x="y"}` to 1. */
  const samples = async () => {
    const lines = (await metrics.render()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
  };
  return { state, metrics, samples };
}

const front: CameraFacts = {
  id: 'front',
  state: 'live',
  transitions: [
    { state: 'live', cause: '', count: 3 },
    { state: 'recovering', cause: 'stalled', count: 2 },
  ],
  frames: 120,
  corruptFrames: 1,
  hardwareFallbacks: 2,
  hardware: { decode: true, jpeg: false },
  tiers: [tier('source'), tier('low', { viewersByTransport: { mjpeg: 0 } })],
};

describe('createMetrics', () => {
  it('tells each camera’s and each tier’s numbers', async () => {
    const { samples } = setUp([front]);
    const found = await samples();
    expect(Object.fromEntries(found)).toMatchObject({
      'lenscast_camera_state{camera="front",state="live"}': 1,
      'lenscast_camera_transitions_total{camera="front",state="live",cause=""}': 3,
      'lenscast_camera_transitions_total{camera="front",state="recovering",cause="stalled"}': 2,
      'lenscast_camera_state{camera="front",state="idle"}': 0,
      'lenscast_camera_frames_total{camera="front"}': 120,
      'lenscast_camera_corrupt_frames_total{camera="front"}': 1,
      'lenscast_tier_frames_total{camera="front",tier="source",medium="jpeg"}': 100,
      'lenscast_tier_bitrate_bps{camera="front",tier="source",medium="jpeg"}': 8e6,
      'lenscast_viewers{camera="front",tier="source",medium="jpeg",transport="mjpeg"}': 3,
      'lenscast_viewers{camera="front",tier="low",medium="jpeg",transport="mjpeg"}': 0,
      'lenscast_frames_sent_total{camera="front",tier="source",medium="jpeg"}': 250,
      'lenscast_frames_dropped_total{camera="front",tier="source",medium="jpeg",reason="slow"}': 40,
      'lenscast_frames_dropped_total{camera="front",tier="source",medium="jpeg",reason="fps"}': 10,
      'lenscast_frames_dropped_total{camera="front",tier="source",medium="jpeg",reason="unchanged"}': 7,
      'lenscast_frames_dropped_total{camera="front",tier="source",medium="jpeg",reason="late"}': 5,
      'lenscast_encoded_frames_total{camera="front",tier="source",medium="jpeg"}': 90,
      'lenscast_encode_seconds_total{camera="front",tier="source",medium="jpeg"}': 0.45,
      'lenscast_frame_age_seconds_bucket{camera="front",tier="source",medium="jpeg",le="0.01"}': 200,
      'lenscast_frame_age_seconds_bucket{camera="front",tier="source",medium="jpeg",le="0.1"}': 240,
      'lenscast_frame_age_seconds_bucket{camera="front",tier="source",medium="jpeg",le="+Inf"}': 250,
      'lenscast_frame_age_seconds_count{camera="front",tier="source",medium="jpeg"}': 250,
      'lenscast_frame_age_seconds_sum{camera="front",tier="source",medium="jpeg"}': 12.5,
      lenscast_live_frames: 2,
      lenscast_live_frame_bytes: 300,
      lenscast_pipelines: 1,
      lenscast_pipelines_abandoned: 0,
    });
  });

  it('tells of a tier’s video beside its pictures', async () => {
    const video = tier('low', { medium: 'h264', keyframes: 4, viewersByTransport: { webrtc: 2 } });
    const found = await setUp([{ ...front, tiers: [tier('low'), video] }]).samples();
    expect(Object.fromEntries(found)).toMatchObject({
      'lenscast_tier_frames_total{camera="front",tier="low",medium="jpeg"}': 100,
      'lenscast_tier_frames_total{camera="front",tier="low",medium="h264"}': 100,
      'lenscast_keyframes_total{camera="front",tier="low",medium="h264"}': 4,
      'lenscast_viewers{camera="front",tier="low",medium="h264",transport="webrtc"}': 2,
      'lenscast_frames_dropped_total{camera="front",tier="low",medium="h264",reason="late"}': 5,
    });
    expect(found.has('lenscast_frames_dropped_total{camera="front",tier="low",medium="h264",reason="slow"}')).toBe(
      false,
    );
  });

  it('has exactly one present state for each camera, whatever it is', async () => {
    for (const state of ['idle', 'starting', 'live', 'degraded', 'recovering', 'failed']) {
      const found = await setUp([{ ...front, state }]).samples();
      const states = [...found].filter(([name]) => name.startsWith('lenscast_camera_state'));
      expect(states.filter(([, value]) => value === 1)).toEqual([
        [`lenscast_camera_state{camera="front",state="${state}"}`, 1],
      ]);
      expect(states.length).toBeGreaterThan(1);
    }
  });

  it('adds nothing up by being asked, and forgets what is gone', async () => {
    const { state, samples } = setUp([front, { ...front, id: 'yard' }]);
    const first = await samples();
    const second = await samples();
    const own = (found: Map<string, number>) => [...found].filter(([name]) => name.startsWith('lenscast_'));
    expect(own(second)).toEqual(own(first));
    state.cameras = [{ ...front, frames: 5, corruptFrames: 0, tiers: [] }];
    const third = await samples();
    expect(third.get('lenscast_camera_frames_total{camera="front"}')).toBe(125);
    expect([...third.keys()].filter((name) => name.includes('yard') || name.includes('tier='))).toEqual([]);
  });

  it('never lets a counter fall, whatever comes, goes and comes again', async () => {
    const { state, samples } = setUp([front]);
    const first = await samples();
    const fewer = { boundsMs: [10, 100], counts: [190, 45, 20], sumMs: 100 };
    const [source] = front.tiers as [TierFacts, TierFacts];
    const anew = { ...source, published: 3, delivered: 260, ages: fewer };
    state.cameras = [];
    expect([...(await samples()).keys()].filter((name) => name.includes('front'))).toEqual([]);
    state.cameras = [{ ...front, frames: 2, corruptFrames: 5, tiers: [anew] }];
    const back = await samples();
    const counters = [...first].filter(
      ([name]) => /_(total|bucket|sum|count)\{/.test(name) && name.includes('"source"'),
    );
    expect(counters.length).toBeGreaterThan(10);
    for (const [name, value] of counters) expect(back.get(name), name).toBeGreaterThanOrEqual(value);
    expect(back.get('lenscast_tier_frames_total{camera="front",tier="source",medium="jpeg"}')).toBe(103);
    // It began anew as a whole, also where a counter is past what it was.
    expect(back.get('lenscast_frames_sent_total{camera="front",tier="source",medium="jpeg"}')).toBe(510);
    expect(back.get('lenscast_camera_corrupt_frames_total{camera="front"}')).toBe(6);
    const bucket = (le: string) =>
      back.get(`lenscast_frame_age_seconds_bucket{camera="front",tier="source",medium="jpeg",le="${le}"}`);
    expect(['0.01', '0.1', '+Inf'].map(bucket)).toEqual([390, 475, 505]);
  });

  it('tells how often viewers were moved, of the cameras there are', async () => {
    const { state, samples } = setUp([front]);
    const one = { direction: 'down', reason: 'late', count: 3 } as const;
    state.switches = [
      { camera: 'front', ...one },
      { camera: 'gone', ...one },
    ];
    const found = [...(await samples())].filter(([name]) => name.startsWith('lenscast_tier_switches_total'));
    expect(found).toEqual([['lenscast_tier_switches_total{camera="front",direction="down",reason="late"}', 3]]);
  });

  it('escapes what a label can hold', async () => {
    const text = await setUp([{ ...front, id: 'a"b\\c\nd', tiers: [] }]).metrics.render();
    expect(text).toContain('camera="a\\"b\\\\c\\nd"');
  });

  it('tells the process’s own numbers, which grow and are real', async () => {
    const { samples, metrics } = setUp([]);
    const found = await samples();
    expect(found.get('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(found.get('process_resident_memory_bytes')).toBeGreaterThan(10e6);
    expect(found.get('process_open_fds')).toBeGreaterThan(3);
    expect(found.get('process_start_time_seconds')).toBeLessThanOrEqual(Date.now() / 1000 + 1);
    expect(metrics.contentType).toMatch(/^text\/plain/);
  });

  it('describes each family once, by the naming of Prometheus', async () => {
    const text = await setUp([front]).metrics.render();
    const families = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({ name, type }));
    expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
    for (const { name, type } of families) {
      expect(name).toMatch(/^(lenscast|process)_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(text).toContain(`# HELP ${name} `);
    }
  });
});
