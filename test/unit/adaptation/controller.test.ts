import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AdaptationController } from '../../../src/adaptation/controller.js';
import { type Adapter, directionOf, type TierMove } from '../../../src/adaptation/tier-move.js';
import { type Viewer, ViewerRegistry } from '../../../src/hub/viewer-registry.js';

class FakeAdapter implements Adapter {
  next: TierMove | null = null;
  isClosed = false;
  readonly seen = new Set<string>();

  get size(): number {
    return this.seen.size;
  }

  look({ id }: Viewer): TierMove | null {
    this.seen.add(id);
    const move = this.next;
    this.next = null;
    return move;
  }

  keepOnly(present: ReadonlySet<string>): void {
    for (const id of this.seen) if (!present.has(id)) this.seen.delete(id);
  }

  close(): void {
    this.isClosed = true;
  }
}

function fakeViewer(id: string, moves: string[]): Viewer {
  return {
    ...{ id, camera: 'front', transport: 'mjpeg', medium: 'jpeg', address: '127.0.0.1:1', sinceMs: 0, tier: 'high' },
    ...{ choice: { mode: 'auto' }, maxFps: null, request: {} },
    stats: () => ({ delivered: 0, droppedSlow: 0, droppedRate: 0, fps: 0, bytes: 0, bitrateBps: 0 }),
    moveTo: (tier) => moves.push(tier),
    pinTo: () => undefined,
    limitTo: () => undefined,
    close: () => undefined,
  };
}

describe('the controller of adaptation', () => {
  const moves: string[] = [];
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn(), debug: vi.fn(), child: () => log };
  let viewers: ViewerRegistry;
  let adapter: FakeAdapter;
  let controller: AdaptationController;

  beforeEach(() => {
    vi.useFakeTimers();
    moves.length = 0;
    viewers = new ViewerRegistry();
    adapter = new FakeAdapter();
    controller = new AdaptationController({ viewers, clock: () => Date.now(), log, adapters: [adapter] });
  });

  afterEach(() => {
    controller.close();
    vi.useRealTimers();
  });

  it('carries out what an adapter says, and counts it by camera, direction and reason', () => {
    viewers.add(fakeViewer('a', moves));
    for (const tier of ['medium', 'low']) {
      adapter.next = { tier, direction: 'down', reason: 'late', linkBps: 1e6 };
      vi.advanceTimersByTime(100);
    }
    adapter.next = { tier: 'high', direction: 'up', reason: 'probe', linkBps: null };
    vi.advanceTimersByTime(100);
    expect(moves).toEqual(['medium', 'low', 'high']);
    expect(controller.switches).toEqual([
      { camera: 'front', direction: 'down', reason: 'late', count: 2 },
      { camera: 'front', direction: 'up', reason: 'probe', count: 1 },
    ]);
  });

  it('has viewers forgotten that left', () => {
    const [first, second] = [fakeViewer('a', moves), fakeViewer('b', moves)];
    viewers.add(first);
    viewers.add(second);
    vi.advanceTimersByTime(100);
    viewers.remove(first);
    vi.advanceTimersByTime(100);
    expect([...adapter.seen]).toEqual(['b']);
  });

  it('closes its adapters and looks at nobody any more, however often it is closed', () => {
    controller.close();
    controller.close();
    viewers.add(fakeViewer('a', moves));
    vi.advanceTimersByTime(1000);
    expect([adapter.isClosed, adapter.seen.size]).toEqual([true, 0]);
  });
});

describe('the direction of a move', () => {
  const names = ['high', 'medium', 'low'];
  it.each([
    ['high', 'low', 'late', 'down'],
    ['medium', 'medium', 'late', 'down'],
    ['low', 'high', 'probe', 'up'],
    ['medium', 'medium', 'link', 'up'],
    ['high', 'medium', 'bounds', 'down'],
  ] as const)('from %s to %s by %s is %s', (from, to, reason, direction) => {
    expect(directionOf(names, from, to, reason)).toBe(direction);
  });
});
