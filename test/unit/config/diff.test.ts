import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CameraConfig, Config } from '../../../src/config/config.js';
import { defaultTiers } from '../../../src/config/config.js';
import { diffConfig } from '../../../src/config/diff.js';

function camera(id: string, lingerMs = 1): CameraConfig {
  return {
    id,
    name: id,
    source: { kind: 'test' },
    tiers: defaultTiers(),
    minFps: null,
    lingerMs,
    retryMaxMs: 1500,
    rtspTransport: 'tcp',
    latencyMs: 100,
    isolation: 'none',
    acceleration: 'auto',
    nice: 0,
    cpus: null,
  };
}

function config(cameras: readonly CameraConfig[], port = 1): Config {
  const webrtc = { host: '::', port: 0, hosts: [], iceServers: [], origins: [], maxViewers: 1 };
  return { server: { host: '::', port }, webrtc, cameras };
}

describe('diffConfig', () => {
  it('finds nothing between equal configurations', () => {
    expect(diffConfig(config([camera('a')]), config([camera('a')]))).toEqual({
      serverChanged: false,
      added: [],
      removed: [],
      changed: [],
      orderChanged: false,
    });
  });

  it('tells cameras that came, went and changed apart', () => {
    const before = config([camera('a'), camera('b'), camera('c')]);
    const after = config([camera('a'), camera('c', 2), camera('d')], 2);
    expect(diffConfig(before, after)).toEqual({
      serverChanged: true,
      added: [camera('d')],
      removed: [camera('b')],
      changed: [{ before: camera('c'), after: camera('c', 2) }],
      orderChanged: false,
    });
  });

  it('sees a changed tier', () => {
    const [high, ...others] = defaultTiers();
    if (high === undefined) throw new Error('no tiers');
    const after = { ...camera('a'), tiers: [{ ...high, fps: 25 }, ...others] };
    expect(diffConfig(config([camera('a')]), config([after])).changed).toHaveLength(1);
  });

  it('sees another order, and another first camera', () => {
    expect(diffConfig(config([camera('a'), camera('b')]), config([camera('b'), camera('a')])).orderChanged).toBe(true);
    expect(diffConfig(config([camera('a')]), config([camera('b'), camera('a')])).orderChanged).toBe(true);
    expect(diffConfig(config([camera('a')]), config([camera('a'), camera('b')])).orderChanged).toBe(false);
  });

  it('applied to the old cameras gives the new ones', () => {
    const cameras = fc
      .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'))
      .chain((ids) => fc.tuple(...ids.map((id) => fc.integer({ min: 0, max: 2 }).map((ms) => camera(id, ms)))));
    fc.assert(
      fc.property(cameras, cameras, (before, after) => {
        const diff = diffConfig(config(before), config(after));
        const result = new Map<string, CameraConfig>(before.map((entry) => [entry.id, entry]));
        for (const { id } of diff.removed) expect(result.delete(id)).toBe(true);
        for (const change of diff.changed) {
          expect(result.get(change.before.id)).toEqual(change.before);
          result.set(change.after.id, change.after);
        }
        for (const entry of diff.added) {
          expect(result.has(entry.id)).toBe(false);
          result.set(entry.id, entry);
        }
        expect(result).toEqual(new Map(after.map((entry) => [entry.id, entry])));
      }),
    );
  });
});
