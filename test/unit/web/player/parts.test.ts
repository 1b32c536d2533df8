import { describe, expect, it } from 'vitest';

interface Parts {
  readonly iceServersOf: (header: string | null) => unknown[];
  readonly fragment: (description: string, candidates: readonly (string | null)[]) => string;
  readonly FrameMeter: new () => {
    add(atMs: number, delayMs: number | null): void;
    fps(nowMs: number): number | null;
    delayMs(nowMs: number): number | null;
  };
  readonly Backoff: new (firstMs: number, mostMs: number) => { next(): number; reset(): void };
}

// Plain JavaScript of the page's own.
async function load<Name extends keyof Parts>(file: string, name: Name): Promise<Parts[Name]> {
  const module: unknown = await import(new URL(`../../../../src/web/player/${file}`, import.meta.url).href);
  return (module as Parts)[name];
}

const iceServersOf = await load('ice-servers.js', 'iceServersOf');
const fragment = await load('trickle.js', 'fragment');
const FrameMeter = await load('frame-meter.js', 'FrameMeter');
const Backoff = await load('backoff.js', 'Backoff');

describe('ICE servers in a Link header', () => {
  it.each([
    [null, []],
    ['<stun:stun.example.net>; rel="ice-server"', [{ urls: 'stun:stun.example.net' }]],
    [
      '<turn:turn.example.net?transport=udp>; rel="ice-server"; username="user"; credential="my, \\"own\\"; word"; credential-type="password"',
      [{ urls: 'turn:turn.example.net?transport=udp', username: 'user', credential: 'my, "own"; word' }],
    ],
    [
      '<stun:a:3478>; rel=ice-server, </other>; rel="next", <turn:b>; rel="ice-server"; username=u; credential=c',
      [{ urls: 'stun:a:3478' }, { urls: 'turn:b', username: 'u', credential: 'c' }],
    ],
  ])('%s', (header, servers) => {
    expect(iceServersOf(header)).toEqual(servers);
  });
});

it('names the session and the media that candidates belong to', () => {
  const offer = [
    ...['v=0', 'm=video 9 UDP/TLS/RTP/SAVPF 102 103', 'c=IN IP4 0.0.0.0', 'a=ice-ufrag:EsAw'],
    ...['a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1', 'a=mid:0', ''],
  ].join('\r\n');
  expect(fragment(offer, ['candidate:1 1 udp 2122 192.0.2.1 5000 typ host', null])).toBe(
    [
      ...['a=ice-ufrag:EsAw', 'a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1', 'm=video 9 UDP/TLS/RTP/SAVPF 102 103', 'a=mid:0'],
      ...['a=candidate:1 1 udp 2122 192.0.2.1 5000 typ host', 'a=end-of-candidates', ''],
    ].join('\r\n'),
  );
});

describe('the meter of pictures', () => {
  it('tells the rate and the median delay of the last two seconds', () => {
    const meter = new FrameMeter();
    expect([meter.fps(0), meter.delayMs(0)]).toEqual([null, null]);
    for (let i = 0; i <= 100; i++) meter.add(40 * i, i % 10 === 0 ? 900 : 30);
    expect(meter.fps(4000)).toBeCloseTo(25, 1);
    expect(meter.delayMs(4000)).toBe(30);
  });

  it('forgets', () => {
    const meter = new FrameMeter();
    for (let i = 0; i <= 100; i++) meter.add(40 * i, null);
    expect(meter.delayMs(4000)).toBeNull();
    expect(meter.fps(6001)).toBeNull();
  });
});

it('waits longer each time, up to a limit', () => {
  const backoff = new Backoff(1000, 5000);
  const waits = [1000, 2000, 4000, 5000, 5000];
  for (const wait of waits) {
    const waited = backoff.next();
    expect(waited).toBeGreaterThanOrEqual(0.75 * wait);
    expect(waited).toBeLessThanOrEqual(1.25 * wait);
  }
  backoff.reset();
  expect(backoff.next()).toBeLessThanOrEqual(1250);
});
