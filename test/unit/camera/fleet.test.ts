import { describe, expect, it, onTestFinished } from 'vitest';
import { Camera } from '../../../src/camera/camera.js';
import { CameraFleet } from '../../../src/camera/fleet.js';
import type { CameraConfig } from '../../../src/config/config.js';
import { monotonicMs } from '../../../src/core/clock.js';
import { cameraConfig, FakeAddon, silentLog } from '../fakes.js';

const camera = (id: string, init: Partial<CameraConfig> = {}) => cameraConfig({ id, ...init });
const turn = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const events: string[] = [];
  /** Cameras whose closing takes until they are let go. */
  const held = new Map<string, () => void>();
  const slow = new Set<string>();
  class TestCamera extends Camera {
    override reconfigure(config: CameraConfig): void {
      super.reconfigure(config);
      events.push(`change ${this.id}`);
    }
    override async close(): Promise<void> {
      events.push(`close ${this.id}`);
      if (slow.has(this.id)) await new Promise<void>((resolve) => held.set(this.id, resolve));
      await super.close();
    }
  }
  const options = { addon: new FakeAddon(), clock: monotonicMs, log: silentLog };
  const fleet: CameraFleet = new CameraFleet({
    make: (config) => {
      events.push(`make ${config.id}`);
      return new TestCamera(config, options);
    },
    onRemoved: ({ id }) => events.push(`remove ${id}${fleet.directory.find(id) === undefined ? '' : ', still there'}`),
  });
  onTestFinished(() => {
    slow.clear();
    for (const letGo of held.values()) letGo();
    return fleet.close();
  });
  const ids = () => fleet.directory.all().map(({ id }) => id);
  return { fleet, events, ids, slow, held };
}

describe('CameraFleet', () => {
  it('makes, changes and closes what a configuration changes, and leaves the others alone', async () => {
    const { fleet, events, ids } = setUp();
    await fleet.apply([camera('a'), camera('b'), camera('c')]);
    const [a, , c] = fleet.directory.all();
    expect(events.splice(0)).toEqual(['make a', 'make b', 'make c']);
    const diff = await fleet.apply([camera('d'), camera('c', { name: 'Sea' }), camera('a')]);
    expect(events).toEqual(['remove b', 'change c', 'close b', 'make d']);
    expect(ids()).toEqual(['d', 'c', 'a']);
    expect([fleet.directory.get('a'), fleet.directory.get('c')]).toEqual([a, c]);
    expect(fleet.directory.get('c').config.name).toBe('Sea');
    expect(diff.removed.map(({ id }) => id)).toEqual(['b']);
    expect(fleet.directory.first().id).toBe('d');
  });

  it('lets a device go before another camera may want it', async () => {
    const { fleet, events, ids, slow, held } = setUp();
    slow.add('old');
    await fleet.apply([camera('old'), camera('other')]);
    const renamed = fleet.apply([camera('new'), camera('other')]);
    await turn();
    expect(ids()).toEqual(['other']);
    held.get('old')?.();
    await renamed;
    expect([ids(), events.at(-1)]).toEqual([['new', 'other'], 'make new']);
  });

  it('applies one after another, each against what the last one made', async () => {
    const { fleet, events, ids, slow, held } = setUp();
    slow.add('a');
    await fleet.apply([camera('a'), camera('b')]);
    events.length = 0;
    const first = fleet.apply([camera('b'), camera('c')]);
    const second = fleet.apply([camera('c'), camera('a')]);
    await turn();
    expect(events).toEqual(['remove a', 'close a']);
    held.get('a')?.();
    await Promise.all([first, second]);
    expect(events.slice(2)).toEqual(['make c', 'remove b', 'close b', 'make a']);
    expect(ids()).toEqual(['c', 'a']);
  });

  it('closes everything, also in the middle of a change, and makes nothing any more', async () => {
    const { fleet, events, ids, slow, held } = setUp();
    slow.add('a');
    await fleet.apply([camera('a'), camera('b')]);
    const change = fleet.apply([camera('b'), camera('c')]);
    await turn();
    let closed = false;
    const closing = fleet.close().then(() => {
      closed = true;
    });
    await turn();
    expect([closed, events.includes('close b')]).toEqual([false, true]);
    held.get('a')?.();
    await Promise.all([closing, change]);
    expect(ids()).toEqual(['b']);
    expect(events).not.toContain('make c');
    expect(await fleet.apply([camera('x')])).toMatchObject({ added: [], removed: [] });
    await fleet.close();
    expect(ids()).toEqual(['b']);
  });
});
