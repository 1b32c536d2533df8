import { PeerConnection, type Track, Video } from 'node-datachannel';
import { until } from '../until.js';
import { payloadType, readTransport, writeOffer } from './offer.js';

export interface PeerOptions {
  /** The local address to use; undefined for all but loopback's. */
  readonly bindAddress?: string | undefined;
  readonly onMessage: (bytes: Buffer) => void;
}

/** One connection of node-datachannel that receives a video. */
export class ClientPeer {
  readonly #native: PeerConnection;
  readonly #track: Track;
  #state = 'new';
  #isClosed = false;

  constructor({ bindAddress, onMessage }: PeerOptions) {
    this.#native = new PeerConnection('client', {
      iceServers: [],
      forceMediaTransport: true,
      ...(bindAddress === undefined ? {} : { bindAddress }),
    });
    this.#native.onStateChange((state) => {
      this.#state = state;
    });
    const video = new Video('0', 'RecvOnly');
    video.addH264Codec(payloadType);
    this.#track = this.#native.addTrack(video);
    this.#track.onClosed(() => undefined);
    this.#track.onMessage((bytes) => {
      if (!this.#isClosed) onMessage(bytes);
    });
  }

  /** `new`, `connecting`, `connected`, `disconnected`, `failed` or `closed`. */
  get state(): string {
    return this.#state;
  }

  async offer(): Promise<string> {
    this.#native.setLocalDescription('offer');
    await until('candidates', () => this.#native.gatheringState() === 'complete', 5000);
    const sdp = this.#native.localDescription()?.sdp;
    if (sdp === undefined) throw new Error('no local description');
    return writeOffer(readTransport(sdp));
  }

  accept(answer: string): void {
    // It takes the candidates after the description, and fails where this says that there are none to come.
    this.#native.setRemoteDescription(answer.replace(/^a=end-of-candidates\r?\n/gm, ''), 'answer');
  }

  /** False where it wasn't taken. */
  send(bytes: Buffer): boolean {
    if (this.#isClosed || !this.#track.isOpen()) return false;
    try {
      return this.#track.sendMessageBinary(bytes);
    } catch {
      // The other side ended it.
      return false;
    }
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#track.close();
    this.#native.close();
  }
}
