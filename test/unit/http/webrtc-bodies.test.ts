import { describe, expect, test } from 'vitest';
import { restHarness } from './rest-harness.js';

const aText = 'allowed is a text.';
const kinds = 'allowed is request, offer, answer, remote_candidate.';
const candidates = 'allowed is a list of up to 40 objects with a candidate, a text of up to 512 characters.';

async function detailOf(response: Response | Promise<Response>): Promise<string> {
  const { detail } = (await (await response).json()) as { detail: string };
  return detail;
}

describe('a body that can’t be used is answered with what is allowed', () => {
  test.each([
    [{ type: 'nonsense' }, `type: "nonsense" is not valid; ${kinds}`],
    [{}, `type: is missing; ${kinds}`],
    [[], 'a list is not valid; allowed is a map with the keys type, sdp, id, candidates.'],
    [5, '5 is not valid; allowed is a map with the keys type, sdp, id, candidates.'],
    [{ type: 'offer' }, `sdp: is missing; ${aText}`],
    [{ type: 'answer', sdp: [] }, `id: is missing; ${aText}\nsdp: a list is not valid; ${aText}`],
    [{ type: 'remote_candidate', id: 'x', candidates: 'all' }, `candidates: "all" is not valid; ${candidates}`],
    [{ type: 'remote_candidate', id: 'x', candidates: [7] }, `candidates.0: 7 is not valid; ${candidates}`],
  ])('of camera-streamer’s: %j', async (body, detail) => {
    const { ask } = restHarness();
    expect(await detailOf(ask('POST', '/webrtc', body))).toBe(detail);
  });

  test.each([
    [{ type: 'answer', sdp: '' }, 'type: "answer" is not valid; allowed is offer.'],
    [[], 'a list is not valid; allowed is a map with the keys type, sdp.'],
  ])('of go2rtc’s: %j', async (body, detail) => {
    const { ask } = restHarness();
    expect(await detailOf(ask('POST', '/api/webrtc', body))).toBe(detail);
  });

  test('of a type that is none of those', async () => {
    const { ask } = restHarness();
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect(await detailOf(ask('POST', '/api/webrtc', 'a=b', form))).toBe(
      'The body is "application/x-www-form-urlencoded"; allowed is application/json or application/sdp or text/plain ' +
        'or no type.',
    );
  });
});
