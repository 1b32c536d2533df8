import { describe, expect, test } from 'vitest';
import { isLensError } from '../../../../src/core/errors.js';
import { writeAnswer } from '../../../../src/transports/whep/sdp/answer.js';
import { parseOffer } from '../../../../src/transports/whep/sdp/offer.js';
import { allValues, firstValue, parseSections } from '../../../../src/transports/whep/sdp/sections.js';
import { offerOf, offers, parts } from './offers.js';

const answer = (offer: string) => parseSections(writeAnswer(parseOffer(offer), parts));

function codeOf(offer: string): string {
  try {
    parseOffer(offer);
  } catch (error) {
    if (isLensError(error)) return `${error.status} ${error.code}: ${error.message}`;
    throw error;
  }
  return 'taken';
}

const transportCc = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
const playoutDelay = 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay';
const mid = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const absSendTime = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time';

describe('the answer to a real offer', () => {
  test.each([
    {
      name: 'chromium',
      video: 0,
      formats: ['108', '109'],
      extensions: [`4 ${transportCc}`, `5 ${playoutDelay}`, `9 ${mid}`],
    },
    {
      name: 'firefox',
      video: 0,
      formats: ['126', '127'],
      extensions: [`3 ${mid}`, `6 ${playoutDelay}`, `7 ${transportCc}`],
    },
    {
      name: 'safari',
      video: 0,
      formats: ['98', '99'],
      extensions: [`4 ${transportCc}`, `5 ${playoutDelay}`, `9 ${mid}`],
    },
    { name: 'aiortc', video: 0, formats: ['101', '102'], extensions: [`1 ${mid}`, `3 ${absSendTime}`] },
    { name: 'webrtcbin', video: 0, formats: ['96'], extensions: [] },
    { name: 'webrtcbin-bare', video: 0, formats: ['96'], extensions: [] },
  ])(
    '$name: one video sent, H.264 constrained baseline, what it has of extensions',
    ({ name, video, formats, extensions }) => {
      const { media } = answer(offerOf(name));
      const section = media[video];
      expect(section).toMatchObject({ kind: 'video', port: 9, formats });
      const attributes = section?.attributes ?? [];
      expect(firstValue(attributes, 'sendonly')).toBe('');
      expect(firstValue(attributes, 'rtcp-mux')).toBe('');
      expect(firstValue(attributes, 'setup')).toBe('active');
      expect(allValues(attributes, 'rtpmap')[0]).toBe(`${formats[0]} H264/90000`);
      expect(firstValue(attributes, 'fmtp')).toMatch(/packetization-mode=1;profile-level-id=42/);
      expect(allValues(attributes, 'extmap')).toEqual(extensions);
      expect(allValues(attributes, 'candidate')).toEqual(['1 1 udp 1 192.0.2.1 8189 typ host']);
      expect(allValues(attributes, 'ssrc')).toHaveLength(2 * formats.length);
    },
  );

  test.each([...offers.keys()])('%s: all sections in their order, with their mids, only one is sent', (name) => {
    const offered = parseSections(offerOf(name)).media;
    const answered = answer(offerOf(name)).media;
    expect(answered.map(({ kind, protocol }) => [kind, protocol])).toEqual(
      offered.map(({ kind, protocol }) => [kind, protocol]),
    );
    const midsOf = (media: typeof offered) => media.map(({ attributes }) => firstValue(attributes, 'mid'));
    expect(midsOf(answered)).toEqual(midsOf(offered));
    expect(answered.filter(({ attributes }) => firstValue(attributes, 'sendonly') !== undefined)).toHaveLength(1);
    for (const { attributes, port } of answered) {
      if (firstValue(attributes, 'sendonly') === undefined) expect(firstValue(attributes, 'inactive')).toBe('');
      // aiortc wants the transport of rejected sections too.
      expect(firstValue(attributes, 'ice-ufrag')).toBe('abcd');
      expect([0, 9]).toContain(port);
    }
  });

  test('bundles the accepted sections alone', () => {
    expect(firstValue(answer(offerOf('chromium')).attributes, 'group')).toBe('BUNDLE 0');
    expect(answer(offerOf('chromium')).media.map(({ port }) => port)).toEqual([9, 0]);
    expect(answer(offerOf('chromium-two-videos')).media.map(({ port }) => port)).toEqual([9, 0, 0]);
  });

  test('keeps the audio, inactive, whose transport the video shares', () => {
    for (const name of ['chromium-audio-first', 'firefox-audio-first']) {
      const { attributes, media } = answer(offerOf(name));
      expect(firstValue(attributes, 'group')).toBe('BUNDLE 0 1');
      expect(media.map(({ kind, port }) => [kind, port])).toEqual([
        ['audio', 9],
        ['video', 9],
      ]);
      expect(allValues(media[0]?.attributes ?? [], 'candidate')).toHaveLength(1);
      expect(allValues(media[1]?.attributes ?? [], 'candidate')).toHaveLength(0);
    }
  });

  test('asks for feedback on all packets, or for send times where the viewer has none of that', () => {
    const feedback = (name: string) => allValues(answer(offerOf(name)).media[0]?.attributes ?? [], 'rtcp-fb');
    expect(feedback('chromium').map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'nack',
      'nack pli',
      'ccm fir',
      'transport-cc',
      'goog-remb',
    ]);
    expect(feedback('webrtcbin').map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'nack pli',
      'ccm fir',
      'transport-cc',
    ]);
  });

  test('waits for the viewer to begin DTLS where that is set', () => {
    expect(parseOffer(offerOf('chromium').replaceAll('a=setup:actpass', 'a=setup:active')).transport.setup).toBe(
      'active',
    );
  });
});

const video = (change: (section: string) => string) => change(offerOf('safari').split('m=audio')[0] ?? '');

describe('an offer', () => {
  test.each([
    ['that sends', video((offer) => offer.replace('a=recvonly', 'a=sendonly')), /^406 OFFER_UNPLAYABLE: .*a=recvonly/],
    ['that is inactive', video((offer) => offer.replace('a=recvonly', 'a=inactive')), /^406 OFFER_UNPLAYABLE/],
    ['without video', offerOf('safari').replace('m=video', 'm=text'), /^406 OFFER_UNPLAYABLE: .*no video/],
    [
      'without H.264',
      video((offer) => offer.replaceAll('H264/90000', 'H265/90000')),
      /^406 OFFER_UNPLAYABLE: .*no H264/,
    ],
    [
      'with packetization mode 0 alone',
      video((offer) => offer.replaceAll('packetization-mode=1', 'packetization-mode=0')),
      /^406 OFFER_UNPLAYABLE: .*packetization-mode=1/,
    ],
    ['of another profile', video((offer) => offer.replace(/profile-level-id=\w+/g, 'profile-level-id=f4001f')), /^406/],
    ['without rtcp-mux', video((offer) => offer.replace('a=rtcp-mux\r\n', '')), /^406 .*rtcp-mux/],
    ['without encryption', video((offer) => offer.replace('UDP/TLS/RTP/SAVPF', 'RTP/AVPF')), /^406 .*SAVPF/],
    ['whose port is 0', video((offer) => offer.replace('m=video 9', 'm=video 0')), /^406/],
    [
      'without a fingerprint',
      video((offer) => offer.replace(/a=fingerprint.*\r\n/, '')),
      /^422 SDP_INVALID: .*fingerprint/,
    ],
    ['with an old fingerprint', video((offer) => offer.replace('sha-256', 'sha-1')), /^422 SDP_INVALID: .*fingerprint/],
    ['with a short fingerprint', video((offer) => offer.replace('sha-256 0B:30', 'sha-256 0B')), /^422 SDP_INVALID/],
    ['without ice-ufrag', video((offer) => offer.replace(/a=ice-ufrag.*\r\n/, '')), /^422 SDP_INVALID: .*ice-ufrag/],
    ['without ice-pwd', video((offer) => offer.replace(/a=ice-pwd.*\r\n/, '')), /^422 SDP_INVALID: .*ice-pwd/],
    ['with a mid twice', offerOf('safari').replace('a=mid:1', 'a=mid:0'), /^422 SDP_INVALID: .*a=mid/],
    ['with an unknown setup', video((offer) => offer.replace('actpass', 'holdconn')), /^422 SDP_INVALID: .*setup/],
    ['that is empty', '', /^422 SDP_INVALID/],
    ['that is no SDP', '{"sdp": "v=0"}', /^422 SDP_INVALID/],
    ['with a line that is none', video((offer) => offer.replace('s=-', 's')), /^422 SDP_INVALID: .*line 3/],
    ['with a control character', video((offer) => offer.replace('s=-', 's=\u0000')), /^422 SDP_INVALID: .*control/],
    ['of many sections', `v=0\r\n${'m=audio 9 RTP/AVP 0\r\n'.repeat(100)}`, /^422 SDP_INVALID: .*m= lines/],
    ['of many lines', `v=0\r\n${'a=x\r\n'.repeat(5000)}`, /^422 SDP_INVALID: .*lines/],
  ])('%s is refused with its reason', (_, offer, told) => {
    expect(codeOf(offer)).toMatch(told);
  });

  test('may both send and receive, or say nothing of it', () => {
    expect(codeOf(offerOf('chromium-sendrecv'))).toBe('taken');
    expect(codeOf(video((offer) => offer.replace('a=recvonly\r\n', '')))).toBe('taken');
  });

  test('may have the high profile alone', () => {
    const high = video((offer) => offer.replaceAll('42e01f', '640c1f'));
    expect(parseOffer(high).format).toMatchObject({ payloadType: 96, parameters: { profile: 'constrained-high' } });
  });

  test('is taken at its second video where the first can’t have it', () => {
    const [first = '', second = ''] = offerOf('chromium-two-videos')
      .replace('m=application', 'm=video')
      .split(/(?=m=video)/)
      .slice(1);
    const head = offerOf('chromium-two-videos').split('m=video')[0] ?? '';
    expect(parseOffer(head + first.replaceAll('H264', 'H265') + second).videoIndex).toBe(1);
  });

  test('has no payload type that RTCP would be taken for', () => {
    const clash = video((offer) => offer.replaceAll(/\b98\b/g, '72'));
    expect(parseOffer(clash).format.payloadType).toBe(96);
  });

  test('counts extensions of one byte’s header alone, and those that the viewer receives', () => {
    const ids = video((offer) =>
      offer.replace('a=extmap:4 ', 'a=extmap:15 ').replace('a=extmap:5 ', 'a=extmap:5/sendonly '),
    );
    expect(parseOffer(ids).format.extensions.map(({ name }) => name)).toEqual(['absSendTime', 'mid']);
  });
});
