import { describe, expect, test } from 'vitest';
import { isLensError } from '../../../../src/core/errors.js';
import { writeAnswer } from '../../../../src/transports/whep/sdp/answer.js';
import { parseFragment } from '../../../../src/transports/whep/sdp/fragment.js';
import { parseOffer } from '../../../../src/transports/whep/sdp/offer.js';
import { parseSections } from '../../../../src/transports/whep/sdp/sections.js';
import { mutate, seeded } from './mutate.js';
import { offers, parts } from './offers.js';

const originals = [...offers.values()];

/** The answer, or the code of the refusal. Anything else that is thrown fails the test. */
function outcome(offer: string): string {
  try {
    return writeAnswer(parseOffer(offer), parts);
  } catch (error) {
    if (isLensError(error)) return error.code;
    throw new Error(`${String(error)} at ${JSON.stringify(offer)}`, { cause: error });
  }
}

describe('10,000 broken offers', () => {
  test('are each answered or refused, and each answer is sound', () => {
    const random = seeded(20_261);
    const told = new Map<string, number>();
    for (let i = 0; i < 10_000; i++) {
      const offer = mutate(originals[i % originals.length] ?? '', random);
      const answer = outcome(offer);
      const kind = answer.startsWith('v=0') ? 'answered' : answer;
      told.set(kind, (told.get(kind) ?? 0) + 1);
      if (kind !== 'answered') continue;
      const { media } = parseSections(answer);
      expect(media.filter(({ attributes }) => attributes.some(({ name }) => name === 'sendonly'))).toHaveLength(1);
      expect(media.length).toBe(parseSections(offer).media.length);
    }
    expect([...told.keys()].toSorted()).toEqual(['OFFER_UNPLAYABLE', 'SDP_INVALID', 'answered']);
    expect(told.get('answered')).toBeGreaterThan(1000);
    expect(told.get('SDP_INVALID')).toBeGreaterThan(1000);
  });

  test('as fragments of trickle ICE are each read or refused', () => {
    const random = seeded(7);
    const fragment =
      'a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n' +
      'a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0\r\na=end-of-candidates\r\n';
    expect(parseFragment(fragment).candidates).toHaveLength(1);
    for (let i = 0; i < 10_000; i++) {
      try {
        parseFragment(mutate(fragment, random));
      } catch (error) {
        if (!isLensError(error, 'SDP_INVALID')) throw error;
      }
    }
  });
});
