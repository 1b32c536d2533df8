/** A viewer by WHEP on node-datachannel, which counts what it gets and decodes nothing. */
import { PeerConnection, type Track, Video } from 'node-datachannel';
import { until } from './until.js';
import { receiverReport } from './webrtc-client/rtcp-bytes.js';

const payloadType = 108;
const reportEveryMs = 2000;

interface Counts {
  packets: number;
  markers: number;
  rtcp: number;
  /** RFC 3550, 6.6. */
  hasBye: boolean;
}

export class WhepViewer {
  /** The session's URL, and its name for PATCH. */
  readonly location: string;
  readonly etag: string;
  readonly answer: string;
  readonly #native: PeerConnection;
  readonly #track: Track;
  readonly #counts: Counts;
  // A server takes who tells nothing for gone.
  readonly #reporting = setInterval(() => this.#report(), reportEveryMs).unref();

  private constructor(
    native: PeerConnection,
    track: Track,
    counts: Counts,
    response: { location: string; etag: string; answer: string },
  ) {
    this.#native = native;
    this.#track = track;
    this.#counts = counts;
    this.location = response.location;
    this.etag = response.etag;
    this.answer = response.answer;
  }

  /** Resolves once it has the answer. Throws where the server refuses. */
  static async watch(endpoint: string): Promise<WhepViewer> {
    const { native, track, offer, counts } = offering();
    const headers = { 'Content-Type': 'application/sdp' };
    const response = await fetch(endpoint, { method: 'POST', headers, body: withoutCandidates(offer) });
    const answer = await response.text();
    if (response.status !== 201) {
      track.close();
      native.close();
      throw new Error(`${response.status} ${answer}`);
    }
    native.setRemoteDescription(answer.replace(/^a=end-of-candidates\r\n/gm, ''), 'answer');
    const location = new URL(response.headers.get('Location') ?? '', endpoint).href;
    return new WhepViewer(native, track, counts, { location, etag: response.headers.get('ETag') ?? '', answer });
  }

  /** RTP packets so far. */
  get packets(): number {
    return this.#counts.packets;
  }

  /** Ends of access units so far. */
  get pictures(): number {
    return this.#counts.markers;
  }

  get rtcp(): number {
    return this.#counts.rtcp;
  }

  /** The server said that it sends no more. */
  get hasEnded(): boolean {
    return this.#counts.hasBye;
  }

  async sees(pictures: number): Promise<void> {
    await until(`${pictures} pictures by WebRTC`, () => this.pictures >= pictures);
  }

  /** Tells the server that it ends, as a good page does. */
  async leave(): Promise<number> {
    const { status } = await fetch(this.location, { method: 'DELETE' });
    this.close();
    return status;
  }

  /** Without a word to the server by HTTP. Idempotent. */
  close(): void {
    clearInterval(this.#reporting);
    this.#track.close();
    this.#native.close();
  }

  /** That it is there, and nothing of what it gets. */
  #report(): void {
    if (this.#counts.hasBye || !this.#track.isOpen()) return;
    try {
      this.#track.sendMessageBinary(receiverReport());
    } catch {
      // The server ended it meanwhile.
    }
  }
}

/** What such a viewer offers. */
export function offerOfViewer(): string {
  const { native, track, offer } = offering();
  track.close();
  native.close();
  return offer;
}

/**
 * A server that knows where to ask does so at once, and node-datachannel may then connect before it knows the answer's
 * fingerprint, which fails. Nor does it like to hear that no candidates follow those that it takes one by one.
 */
function withoutCandidates(offer: string): string {
  return offer.replace(/^a=(?:candidate:.*|end-of-candidates)\r\n/gm, '');
}

function offering() {
  const native = new PeerConnection('viewer', { iceServers: [], bindAddress: '127.0.0.1', forceMediaTransport: true });
  const counts: Counts = { packets: 0, markers: 0, rtcp: 0, hasBye: false };
  native.onStateChange(() => undefined);
  const video = new Video('0', 'RecvOnly');
  video.addH264Codec(payloadType);
  const track = native.addTrack(video);
  track.onClosed(() => undefined);
  track.onMessage((packet) => {
    const second = packet[1] ?? 0;
    if (second >= 192 && second < 224) {
      counts.rtcp++;
      counts.hasBye ||= hasBye(packet);
    } else {
      counts.packets++;
      if (second & 0x80) counts.markers++;
    }
  });
  native.setLocalDescription('offer');
  const offer = native.localDescription()?.sdp;
  if (offer === undefined) throw new Error('there is no offer');
  return { native, track, offer, counts };
}

function hasBye(compound: Buffer): boolean {
  for (let at = 0; at + 4 <= compound.length; at += 4 + 4 * compound.readUInt16BE(at + 2)) {
    if (compound[at + 1] === 203) return true;
  }
  return false;
}
