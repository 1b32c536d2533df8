/**
 * Offers of real viewers, recorded: Chromium 156, Firefox 153 (with the system's decoder for H.264), aiortc 1.16 and
 * webrtcbin of GStreamer 1.22, once with all parameters and once with none. Safari's is written after its documented
 * form. All but those that say otherwise offer a video to receive, then audio.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { AnswerParts } from '../../../../src/transports/whep/sdp/answer.js';

const folder = new URL('offers/', import.meta.url);

export const offers: ReadonlyMap<string, string> = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith('.sdp'))
    .map((name) => [name.replace('.sdp', ''), readFileSync(new URL(name, folder), 'utf8')]),
);

/** Throws where there is none of that name. */
export function offerOf(name: string): string {
  const offer = offers.get(name);
  if (offer === undefined) throw new Error(`no offer ${name}`);
  return offer;
}

/** The server's side of an answer. */
export const parts: AnswerParts = {
  sessionId: '42',
  local: {
    ice: { ufrag: 'abcd', password: 'abcdefghijklmnopqrstuv' },
    fingerprint: { algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AB').join(':') },
    setup: 'active',
  },
  candidates: [{ foundation: '1', priority: 1, address: '192.0.2.1', port: 8189, type: 'host' }],
  streams: { ssrc: 1111, rtxSsrc: 2222, cname: 'name', streamId: 'stream' },
};
