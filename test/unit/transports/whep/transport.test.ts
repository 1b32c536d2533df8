import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { isLensError } from '../../../../src/core/errors.js';
import { Frame } from '../../../../src/core/frame.js';
import type { LogFields } from '../../../../src/core/log.js';
import { VideoChannel } from '../../../../src/hub/video-channel.js';
import { ViewerRegistry } from '../../../../src/hub/viewer-registry.js';
import { FurtherHosts } from '../../../../src/transports/whep/further-hosts.js';
import { firstValue, parseSections } from '../../../../src/transports/whep/sdp/sections.js';
import { WhepTransport } from '../../../../src/transports/whep/transport.js';
import { silentLog } from '../../fakes.js';
import { FakePeer } from './fake-peer.js';
import { offerOf } from './offers.js';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] }));
afterEach(() => vi.useRealTimers());

function setUp({ maxViewers = 5, failure }: { maxViewers?: number; failure?: Error } = {}) {
  const peers: FakePeer[] = [];
  const demand: string[] = [];
  const lines: { message: string; fields: LogFields | undefined }[] = [];
  const viewers = new ViewerRegistry();
  const clock = () => Date.now();
  const channels = new Map(
    ['high', 'low'].map((name) => {
      const onDemand = (wanted: boolean) => demand.push(`${name} ${wanted}`);
      return [name, new VideoChannel(name, { clock, onDemand, onKeyframeWanted: () => undefined })];
    }),
  );
  const keep = (message: string, fields?: LogFields) => void lines.push({ message, fields });
  const transport = new WhepTransport({
    viewers,
    clock,
    log: { ...silentLog, info: keep, warn: keep },
    egress: {
      connect: (events) => {
        const peer = new FakePeer(events, failure);
        peers.push(peer);
        return peer;
      },
      port: { port: 8189, boundTo: '192.0.2.1', hasIpv6: true },
    },
    hosts: new FurtherHosts([]),
    maxViewers,
  });
  onTestFinished(() => transport.close());
  const request = {
    camera: 'front',
    tier: 'high',
    channelOf: (tier: string) => channels.get(tier) as VideoChannel,
    query: { tier: 'auto', maxTier: undefined, minTier: undefined },
    address: '192.0.2.2:1234',
    reachedAt: undefined,
  };
  const watch = () => transport.answer(offerOf('chromium'), request);
  return { peers, demand, lines, viewers, channels, transport, request, watch };
}

async function codeOf(doing: () => unknown): Promise<string> {
  try {
    await doing();
  } catch (error) {
    if (isLensError(error)) return error.code;
    throw error;
  }
  return 'none';
}

const keyframe = () => {
  const data = Uint8Array.of(0, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 1, 0x68, 3, 0, 0, 0, 1, 0x65, 4, 5, 6);
  return new Frame(
    { data, width: 640, height: 360, captureMs: Date.now(), sequence: 1, isKeyframe: true },
    () => undefined,
  );
};

/** An offer with other candidates. */
function offerWith(...candidates: readonly string[]): string {
  const lines = candidates.map((candidate) => `a=candidate:${candidate}\r\n`).join('');
  return offerOf('chromium')
    .replace(/^a=candidate:.*\r\n/gm, '')
    .replace(/^(?=a=ice-ufrag)/m, lines);
}

describe('a viewer by WebRTC', () => {
  test('wakes its tier at once, is sent packets once it is connected, and leaves nothing', async () => {
    const { peers, demand, viewers, channels, transport, watch } = setUp();
    const { id, sdp, etag, camera } = await watch();
    expect({ camera, etag }).toEqual({ camera: 'front', etag: '"abcd"' });
    expect(firstValue(parseSections(sdp).media[0]?.attributes ?? [], 'candidate')).toBe(
      '1 1 udp 2130706431 192.0.2.1 8189 typ host',
    );
    expect(viewers.get(id)).toMatchObject({ transport: 'webrtc', medium: 'h264', tier: 'high', camera: 'front' });
    expect(demand).toEqual(['high true']);
    channels.get('high')?.publish(keyframe());
    expect(peers[0]?.sent).toHaveLength(0);
    peers[0]?.events.onOpen();
    channels.get('high')?.publish(keyframe());
    const packet = peers[0]?.sent[0];
    expect(packet?.[0]).toBe(0x90);
    expect((packet?.[1] ?? 0) & 0x7f).toBe(108);
    expect(viewers.get(id)?.stats().delivered).toBe(1);
    expect(viewers.get(id)?.link?.()).toMatchObject({ rttMs: null });
    transport.end('front', id);
    expect(viewers.all()).toEqual([]);
    expect(demand).toEqual(['high true', 'high false']);
    expect(peers[0]?.closed).toBe(1);
    expect(transport.viewerCount).toBe(0);
    // The last thing that it was sent is a compound packet with a BYE.
    expect([...(peers[0]?.sent.at(-1) ?? [])].slice(-8, -6)).toEqual([0x81, 203]);
  });

  test('moves to another tier, before and after it is connected', async () => {
    const { peers, demand, viewers, channels, watch } = setUp();
    const viewer = viewers.get((await watch()).id);
    viewer?.moveTo('low');
    expect(demand).toEqual(['high true', 'low true', 'high false']);
    peers[0]?.events.onOpen();
    channels.get('low')?.publish(keyframe());
    viewer?.moveTo('high');
    expect(viewer?.tier).toBe('high');
    channels.get('high')?.publish(keyframe());
    expect(demand.slice(3)).toEqual(['high true', 'low false']);
  });

  test('can be pinned and let go, and can’t have another frame rate than its tier', async () => {
    const { viewers, watch } = setUp();
    const viewer = viewers.get((await watch()).id);
    viewer?.pinTo('low');
    expect(viewer?.choice).toEqual({ mode: 'fixed', fixedTier: 'low' });
    viewer?.pinTo(null);
    expect(viewer?.choice).toEqual({ mode: 'auto' });
    expect(await codeOf(() => viewer?.limitTo(10))).toBe('BODY_INVALID');
    viewer?.limitTo(null);
  });

  test('that isn’t connected in 10 seconds ends, and the log names both sides’ candidates', async () => {
    const { peers, lines, transport, request } = setUp();
    const offer = offerWith('1 1 udp 1 198.51.100.7 999 typ host');
    await transport.answer(offer, request);
    vi.advanceTimersByTime(9_999);
    expect(transport.viewerCount).toBe(1);
    vi.advanceTimersByTime(1);
    expect(transport.viewerCount).toBe(0);
    expect(peers[0]?.closed).toBe(1);
    expect(lines.at(-1)).toMatchObject({
      message: 'WebRTC connection did not come about',
      fields: { 'candidates here': '192.0.2.1:8189 host', 'candidates there': '198.51.100.7:999 host' },
    });
  });

  test('that isn’t connected and hid its addresses is told of as far as it is known', async () => {
    const { peers, lines, transport, request } = setUp();
    const offer = offerWith('1 1 udp 1 1f3a.local 53211 typ host', '2 1 tcp 1 198.51.100.7 9 typ host');
    const { id } = await transport.answer(offer, request);
    transport.trickle('front', id, 'a=candidate:3 1 udp 1 2b4c.local 53212 typ host\r\n');
    transport.addCandidates(id, [{ unusable: '127.0.0.1:7 (of no other machine)' }]);
    vi.advanceTimersByTime(10_000);
    const hidden = (name: string) => `${name} (mDNS, not resolvable)`;
    const told = [hidden('1f3a.local:53211'), '198.51.100.7:9 (TCP)', hidden('2b4c.local:53212')];
    expect(lines.at(-1)?.fields?.['candidates there']).toBe([...told, '127.0.0.1:7 (of no other machine)'].join(', '));
    expect(peers[0]?.candidates).toEqual([]);
  });

  test('that hid very many addresses doesn’t fill the log', async () => {
    const { lines, transport, request } = setUp();
    const { id } = await transport.answer(offerWith(), request);
    for (let index = 1; index < 200; index++) {
      transport.trickle('front', id, `a=candidate:1 1 udp 1 ${'a'.repeat(255)} ${index} typ host\r\n`);
    }
    vi.advanceTimersByTime(10_000);
    const told = Array.from({ length: 10 }, (_, index) => `${'a'.repeat(64)}…:${index + 1} (no address)`);
    expect(lines.at(-1)?.fields?.['candidates there']).toBe(told.join(', '));
  });

  test('that named no candidates is told of so', async () => {
    const { lines, transport, request } = setUp();
    await transport.answer(offerWith(), request);
    vi.advanceTimersByTime(10_000);
    expect(lines.at(-1)?.fields?.['candidates there']).toBe('none');
  });

  test('that tells nothing for 15 seconds is gone, and one that reports stays', async () => {
    const { peers, channels, transport, watch } = setUp();
    await watch();
    await watch();
    for (const peer of peers) peer.events.onOpen();
    for (let second = 0; second < 17; second++) {
      channels.get('high')?.publish(keyframe());
      peers[1]?.events.onRtcp(Uint8Array.of(0x80, 201, 0, 1, 0, 0, 0, 1));
      vi.advanceTimersByTime(1000);
    }
    expect(peers.map(({ closed }) => closed)).toEqual([1, 0]);
    expect(transport.viewerCount).toBe(1);
  });

  test('to whom nothing is sent may be silent', async () => {
    const { peers, transport, watch } = setUp();
    await watch();
    peers[0]?.events.onOpen();
    vi.advanceTimersByTime(60_000);
    expect(transport.viewerCount).toBe(1);
  });

  test.each(['closed', 'unreachable'] as const)('whose connection is %s is gone', async (reason) => {
    const { peers, transport, viewers, watch } = setUp();
    await watch();
    peers[0]?.events.onOpen();
    peers[0]?.events.onEnd(reason);
    peers[0]?.events.onEnd(reason);
    expect([peers[0]?.closed, transport.viewerCount, viewers.all().length]).toEqual([1, 0, 0]);
  });

  test('whose description fails leaves nothing', async () => {
    const { demand, transport, viewers, watch } = setUp({ failure: new Error('no description') });
    await expect(watch()).rejects.toThrow('no description');
    expect([transport.viewerCount, viewers.all().length, demand.at(-1)]).toEqual([0, 0, 'high false']);
  });
});

describe('all viewers by WebRTC', () => {
  test('are no more than may be, and there is room again once one left', async () => {
    const { transport, watch } = setUp({ maxViewers: 2 });
    const { id } = await watch();
    await watch();
    expect(await codeOf(watch)).toBe('TOO_MANY_VIEWERS');
    transport.end('front', id);
    expect(await codeOf(watch)).toBe('none');
  });

  test('that come at once are no more either', async () => {
    const { transport, watch } = setUp({ maxViewers: 2 });
    const codes = await Promise.all(Array.from({ length: 5 }, () => codeOf(watch)));
    expect(codes.filter((code) => code === 'TOO_MANY_VIEWERS')).toHaveLength(3);
    expect(transport.viewerCount).toBe(2);
  });

  test('end with the server, which takes nobody new', async () => {
    const { peers, transport, watch } = setUp();
    await watch();
    await watch();
    transport.close();
    transport.close();
    expect(peers.map(({ closed }) => closed)).toEqual([1, 1]);
    expect(await codeOf(watch)).toBe('SHUTTING_DOWN');
  });
});

describe('a session', () => {
  test('takes more candidates, as long as they are of its credentials', async () => {
    const { peers, transport, watch } = setUp();
    const { id } = await watch();
    const ufrag = /a=ice-ufrag:(.*)\r\n/.exec(offerOf('chromium'))?.[1];
    const fragment = (name: string | undefined) =>
      `a=ice-ufrag:${name}\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n` +
      'a=candidate:1 1 udp 1 198.51.100.7 999 typ host\r\na=candidate:2 1 udp 1 x.local 999 typ host\r\na=end-of-candidates\r\n';
    transport.trickle('front', id, fragment(ufrag));
    expect(peers[0]?.candidates.map(({ address }) => address)).toEqual(['198.51.100.7']);
    expect(await codeOf(() => transport.trickle('front', id, fragment('other')))).toBe('ICE_RESTART_UNSUPPORTED');
    expect(await codeOf(() => transport.trickle('front', id, 'nonsense'))).toBe('SDP_INVALID');
    for (let i = 0; i < 200; i++)
      transport.trickle('front', id, `a=candidate:1 1 udp 1 198.51.100.7 ${i + 1} typ host\r\n`);
    expect(peers[0]?.candidates.length).toBeLessThanOrEqual(40);
  });

  test('is nobody’s of another camera', async () => {
    const { transport, watch } = setUp();
    const { id } = await watch();
    expect(await codeOf(() => transport.end('yard', id))).toBe('VIEWER_NOT_FOUND');
    expect(await codeOf(() => transport.trickle('yard', id, ''))).toBe('VIEWER_NOT_FOUND');
    expect(await codeOf(() => transport.etagOf('front', 'nobody'))).toBe('VIEWER_NOT_FOUND');
  });

  test('can begin with an offer of the server, which one answer completes', async () => {
    const { peers, transport, request, viewers, channels } = setUp();
    const { id, sdp } = await transport.offer(request);
    expect(parseSections(sdp).media).toMatchObject([{ kind: 'video', formats: ['96', '97'] }]);
    const answer = offerOf('webrtcbin').split('m=audio')[0] ?? '';
    expect(await codeOf(() => transport.accept(id, answer.replaceAll('96', '98')))).toBe('SDP_INVALID');
    const early = { foundation: '1', priority: 1, address: '198.51.100.7', port: 9, type: 'host' } as const;
    transport.addCandidates(id, [early]);
    expect(peers[0]?.candidates).toEqual([]);
    transport.accept(id, answer);
    expect(peers[0]?.candidates).toEqual([early]);
    expect(await codeOf(() => transport.accept(id, answer))).toBe('VIEWER_NOT_FOUND');
    expect(peers[0]?.accepted).toHaveLength(1);
    peers[0]?.events.onOpen();
    channels.get('high')?.publish(keyframe());
    expect(viewers.get(id)?.stats().delivered).toBe(1);
  });
});
