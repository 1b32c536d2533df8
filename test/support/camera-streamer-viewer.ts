/** A viewer of camera-streamer's signalling on node-datachannel: the server offers, and all messages go to one path. */
import { PeerConnection, type Track } from 'node-datachannel';
import { until } from './until.js';
import { type CompleteUnit, PictureBuffer } from './webrtc-client/picture-buffer.js';
import { emptyFields, isRtcp, readRtp, Unwrapper } from './webrtc-client/rtp-fields.js';

interface Offered {
  readonly id: string;
  readonly type: string;
  readonly sdp: string;
  readonly iceServers: readonly unknown[];
}

export class CameraStreamerViewer {
  /** As the server named it. */
  readonly id: string;
  readonly offer: string;
  /** What came, whole and in order, a keyframe first. */
  readonly units: CompleteUnit[] = [];
  readonly #native: PeerConnection;
  #track: Track | undefined;

  private constructor(native: PeerConnection, { id, sdp }: Offered) {
    this.#native = native;
    this.id = id;
    this.offer = sdp;
    const buffer = new PictureBuffer((unit) => this.units.push(unit));
    const fields = emptyFields();
    const sequences = new Unwrapper();
    const ssrc = Number(/^a=ssrc:(\d+)/m.exec(sdp)?.[1]);
    native.onTrack((track) => {
      this.#track = track;
      track.onClosed(() => undefined);
      track.onMessage((bytes) => {
        if (isRtcp(bytes) || !readRtp(bytes, fields) || fields.ssrc !== ssrc) return;
        const { timestamp, isMarked, payloadAt, payloadEnd } = fields;
        buffer.add(sequences.unwrap(fields.sequence), timestamp, isMarked, bytes, payloadAt, payloadEnd);
      });
    });
  }

  /**
   * As camera-streamer's own page does it: the answer has no candidates, each follows in a message of its own.
   * `candidatesFirst`: the answer comes behind them. Resolves when the server has taken all messages.
   */
  static async watch(url: string, candidatesFirst: boolean): Promise<CameraStreamerViewer> {
    const say = (message: unknown) => post(url, message);
    const iceServers = [[{ urls: ['stun:192.0.2.7:3478'] }]];
    const offered = (await say({ type: 'request', res: null, iceServers })) as Offered;
    if (offered.type !== 'offer') throw new Error(`the server said ${JSON.stringify(offered)}`);
    const native = new PeerConnection('viewer', { iceServers: [], bindAddress: '127.0.0.1' });
    native.onStateChange(() => undefined);
    const viewer = new CameraStreamerViewer(native, offered);
    const candidates: object[] = [];
    native.onLocalCandidate((candidate, sdpMid) => candidates.push({ candidate, sdpMid, sdpMLineIndex: 0 }));
    native.setRemoteDescription(withoutCandidates(offered.sdp), 'offer');
    const { id } = offered;
    try {
      await until('candidates', () => native.gatheringState() === 'complete' && candidates.length > 0, 5000);
      const { type, sdp } = native.localDescription() ?? {};
      const answer = { type, id, sdp: withoutCandidates(sdp ?? '') };
      const messages = candidates.map((candidate) => ({ type: 'remote_candidate', id, candidates: [candidate] }));
      for (const message of candidatesFirst ? [...messages, answer] : [answer, ...messages]) await say(message);
      // Would it ask before, the server might connect before it knows the answer's fingerprint, which fails.
      for (const [, candidate = ''] of offered.sdp.matchAll(/^a=(candidate:.*?)\r?$/gm)) {
        native.addRemoteCandidate(candidate, 'video');
      }
    } catch (error) {
      viewer.close();
      throw error;
    }
    return viewer;
  }

  /** As a page that is left: no word by HTTP. Idempotent. */
  close(): void {
    this.#track?.close();
    this.#native.close();
  }
}

/** Nor does node-datachannel like to hear that no candidates follow those that it takes one by one. */
function withoutCandidates(sdp: string): string {
  return sdp.replace(/^a=(?:candidate:.*|end-of-candidates)\r?\n/gm, '');
}

async function post(url: string, message: unknown): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(message) });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
}
