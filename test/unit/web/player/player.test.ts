import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

interface WayEvents {
  readonly picture: () => void;
  readonly failed: (failure: Error & { isPermanent: boolean; code: string | undefined }) => void;
}

interface PlayerLike {
  readonly shown: { readonly name: string; readonly way: FakeWay } | null;
  readonly trouble: string | null;
  readonly tier: string;
  start(): void;
  stop(): void;
  choose(tier: string): Promise<void>;
  lost(): void;
}

interface PlayerModule {
  readonly Player: new (options: unknown) => PlayerLike;
}

interface WayModule {
  readonly Failure: new (
    message: string,
    options?: { isPermanent?: boolean; code?: string },
  ) => Parameters<WayEvents['failed']>[0];
}

// Plain JavaScript of the page's own.
const folder = new URL('../../../../src/web/player/', import.meta.url);
const { Player } = (await import(new URL('player.js', folder).href)) as PlayerModule;
const { Failure } = (await import(new URL('way.js', folder).href)) as WayModule;

/** A way that does what the test says. */
class FakeWay {
  readonly element = { classList: { add: () => undefined }, remove: () => undefined };
  readonly name: string;
  readonly tier: string;
  readonly events: WayEvents;
  readonly viewer: string;
  isStopped = false;

  constructor(name: string, tier: string, events: WayEvents, number: number) {
    this.name = name;
    this.tier = tier;
    this.events = events;
    this.viewer = `${name}-${number}`;
  }

  stop(): void {
    this.isStopped = true;
  }

  fails(options: { isPermanent?: boolean; code?: string } = {}): void {
    this.isStopped = true;
    this.events.failed(new Failure(`${this.name} failed`, options));
  }
}

const names = ['webrtc', 'websocket', 'mjpeg'] as const;
type Name = (typeof names)[number];

function setUp(options: { impossible?: readonly Name[]; has?: (name: Name, tier: string) => boolean } = {}) {
  const opened: FakeWay[] = [];
  const move = vi.fn(async (_viewer: string, _tier: string) => true);
  const player = new Player({
    kinds: names.map((name) => ({
      name,
      isPossible: !options.impossible?.includes(name),
      has: (tier: string) => options.has?.(name, tier) ?? true,
      limitMs: 10_000,
      open: (tier: string, events: WayEvents) => {
        const way = new FakeWay(name, tier, events, opened.length);
        opened.push(way);
        return way;
      },
    })),
    stage: { append: () => undefined },
    move,
    onChange: () => undefined,
  });
  const open = () => opened.filter(({ isStopped }) => !isStopped).map(({ name }) => name);
  const last = (name: Name) => {
    const way = opened.findLast((each) => each.name === name);
    if (way === undefined) throw new Error(`${name} was never opened`);
    return way;
  };
  /** Time passes while what is shown goes on. */
  const playFor = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 500) {
      player.shown?.way.events.picture();
      await vi.advanceTimersByTimeAsync(500);
    }
  };
  return { player, opened, open, last, move, playFor };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { hidden: false });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the best way', () => {
  it('is shown alone where it works', async () => {
    const { player, open, last, playFor } = setUp();
    player.start();
    expect(open()).toEqual(['webrtc']);
    expect(player.shown).toBeNull();
    last('webrtc').events.picture();
    await playFor(60_000);
    expect(player.shown?.name).toBe('webrtc');
    expect(open()).toEqual(['webrtc']);
  });

  it('gets company while it gives no picture, and takes over when it does', async () => {
    const { player, open, last } = setUp();
    player.start();
    await vi.advanceTimersByTimeAsync(4100);
    expect(open()).toEqual(['webrtc', 'websocket']);
    last('websocket').events.picture();
    expect(player.shown?.name).toBe('websocket');
    last('webrtc').events.picture();
    expect(player.shown?.name).toBe('webrtc');
    expect(open()).toEqual(['webrtc']);
  });

  it('is tried again later where it failed for the moment', async () => {
    const { player, open, last, playFor } = setUp();
    player.start();
    last('webrtc').fails();
    expect(open()).toEqual(['websocket']);
    last('websocket').events.picture();
    // The wait before the next try is 15 s, give or take a quarter; a try is given up after 10 s.
    await playFor(19_000);
    expect(open()).toEqual(['websocket', 'webrtc']);
    expect(player.shown?.name).toBe('websocket');
    last('webrtc').events.picture();
    expect(open()).toEqual(['webrtc']);
  });

  it('is left alone where it can never work', async () => {
    const { player, opened, last, playFor } = setUp();
    player.start();
    last('webrtc').fails({ isPermanent: true });
    last('websocket').events.picture();
    await playFor(600_000);
    expect(opened.map(({ name }) => name)).toEqual(['webrtc', 'websocket']);
  });

  it('is what the browser can do', () => {
    const { player, open } = setUp({ impossible: ['webrtc', 'websocket'] });
    player.start();
    expect(open()).toEqual(['mjpeg']);
  });
});

describe('a way that was shown and', () => {
  it('played for long is tried again at once', async () => {
    const { player, open, last, playFor } = setUp();
    player.start();
    last('webrtc').events.picture();
    await playFor(11_000);
    last('webrtc').fails();
    expect(player.shown).toBeNull();
    expect(player.trouble).toBe('webrtc failed');
    expect(open()).toEqual(['webrtc']);
  });

  it('broke soon gives way to the next', () => {
    const { player, open, last } = setUp();
    player.start();
    last('webrtc').events.picture();
    last('webrtc').fails();
    expect(open()).toEqual(['websocket']);
  });

  it('fell silent counts as failed, unless the page is hidden', async () => {
    const { player, opened, last } = setUp();
    player.start();
    last('webrtc').events.picture();
    vi.stubGlobal('document', { hidden: true });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(opened).toHaveLength(1);
    vi.stubGlobal('document', { hidden: false });
    await vi.advanceTimersByTimeAsync(9000);
    expect(opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3000);
    expect(opened.length).toBeGreaterThan(1);
    expect(opened[0]?.isStopped).toBe(true);
  });

  it('the server lost is replaced', async () => {
    const { player, opened, last, playFor } = setUp();
    player.start();
    last('webrtc').events.picture();
    await playFor(11_000);
    player.lost();
    expect(opened.map(({ name }) => name)).toEqual(['webrtc', 'webrtc']);
  });
});

it('goes on trying where nothing works', async () => {
  const { player, opened } = setUp();
  player.start();
  for (let i = 0; i < 30; i++) {
    for (const way of opened) if (!way.isStopped) way.fails();
    await vi.advanceTimersByTimeAsync(2000);
  }
  expect(opened.length).toBeGreaterThan(9);
  expect(player.trouble).toMatch(/failed/);
});

describe('a tier', () => {
  it('is given to the viewer that is there', async () => {
    const { player, opened, last, move } = setUp();
    player.start();
    last('webrtc').events.picture();
    await player.choose('low');
    expect(move).toHaveBeenCalledWith('webrtc-0', 'low');
    expect(opened).toHaveLength(1);
  });

  it('is asked for anew where the server does not move the viewer', async () => {
    const { player, opened, last, move } = setUp();
    move.mockResolvedValue(false);
    player.start();
    last('webrtc').events.picture();
    await player.choose('low');
    expect(opened.map(({ name, tier, isStopped }) => [name, tier, isStopped])).toEqual([
      ['webrtc', 'auto', true],
      ['webrtc', 'low', false],
    ]);
  });

  it('that the best way does not have is shown by another, and auto by the best again', async () => {
    const { player, open, last } = setUp({ has: (name, tier) => name !== 'webrtc' || tier !== 'source' });
    player.start();
    last('webrtc').events.picture();
    await player.choose('source');
    expect(open()).toEqual(['websocket']);
    last('websocket').events.picture();
    await player.choose('auto');
    expect(open()).toEqual(['websocket', 'webrtc']);
    last('webrtc').events.picture();
    expect(open()).toEqual(['webrtc']);
  });

  it('that is gone becomes auto', async () => {
    const { player, last, move } = setUp();
    move.mockResolvedValue(false);
    player.start();
    last('webrtc').events.picture();
    await player.choose('gone');
    last('webrtc').fails({ isPermanent: true, code: 'TIER_NOT_FOUND' });
    expect(player.tier).toBe('auto');
    expect([last('webrtc').tier, last('webrtc').isStopped]).toEqual(['auto', false]);
  });
});

it('ends all that is open when it is stopped, and begins anew', async () => {
  const { player, open, opened } = setUp();
  player.start();
  await vi.advanceTimersByTimeAsync(4100);
  player.stop();
  expect(open()).toEqual([]);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(opened).toHaveLength(2);
  player.start();
  expect(open()).toEqual(['webrtc']);
});
