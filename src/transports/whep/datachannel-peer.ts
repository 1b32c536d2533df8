import { PeerConnection as NativePeerConnection, type Track, Video } from 'node-datachannel';
import { bracketed } from '../../core/bracketed.js';
import type { ConnectPeer, LocalDescription, PeerConnection, PeerEvents, SelectedPair } from './peer.js';
import { type Candidate, formatCandidate } from './sdp/candidate.js';
import { parseSections } from './sdp/sections.js';
import { parseTransport, type TransportDescription } from './sdp/transport.js';
import type { StunServer } from './stun-servers.js';
import type { UdpPort } from './udp-port.js';

const mid = 'video';
const payloadType = 96;
const gatheringTimeoutMs = 1000;
// The library's threads start with the first connection. One of them looks a hundred times a second after data channels,
// which there are none of; the others only wait longer than a second for anything.
const timerSlackMs = 100;
const lookEveryMs = 20;

export interface DatachannelOptions {
  readonly port: UdpPort;
  readonly stunServers: readonly StunServer[];
  /** Calls the action; the timers of threads that it starts may be late by as much. */
  readonly withTimerSlack: <T>(slackMs: number, action: () => T) => T;
}

/**
 * A connection of node-datachannel, on the port that all share. It never sees what a viewer wrote: it is given
 * descriptions made anew from what was read and checked. It has to stay on the main thread, since its library aborts
 * where the thread that loaded it ends. Its objects let go of everything in `close()`, given that the callbacks for
 * their end are set: these must stay set, and the track must be closed before its connection.
 */
class DatachannelPeer implements PeerConnection {
  readonly #events: PeerEvents;
  readonly #native: NativePeerConnection;
  readonly #track: Track;
  readonly #hasStunServers: boolean;
  #isOpen = false;
  #isClosed = false;

  constructor({ port, stunServers, withTimerSlack }: DatachannelOptions, events: PeerEvents) {
    this.#events = events;
    this.#hasStunServers = stunServers.length > 0;
    const config = {
      iceServers: stunServers.map(({ host, port }) => ({ hostname: host, port })),
      enableIceUdpMux: true,
      portRangeBegin: port.port,
      portRangeEnd: port.port,
      ...(port.bindAddress === undefined ? {} : { bindAddress: port.bindAddress }),
      disableAutoNegotiation: false,
      forceMediaTransport: true,
    };
    this.#native = withTimerSlack(timerSlackMs, () => new NativePeerConnection('viewer', config));
    this.#native.onStateChange((state) => this.#changed(state));
    const video = new Video(mid, 'SendOnly');
    video.addH264Codec(payloadType);
    this.#track = this.#native.addTrack(video);
    this.#track.onClosed(() => undefined);
    this.#track.onOpen(() => {
      if (this.#isClosed) return;
      this.#isOpen = true;
      events.onOpen();
    });
    this.#track.onMessage((bytes) => {
      if (!this.#isClosed) events.onRtcp(bytes);
    });
  }

  answer(remote: TransportDescription): Promise<LocalDescription> {
    this.#native.setRemoteDescription(describe(remote), 'offer');
    return this.#localDescription();
  }

  offer(): Promise<LocalDescription> {
    this.#native.setLocalDescription('offer');
    return this.#localDescription();
  }

  accept(remote: TransportDescription): void {
    if (!this.#isClosed) this.#native.setRemoteDescription(describe(remote), 'answer');
  }

  addCandidate(candidate: Candidate): void {
    if (!this.#isClosed) this.#native.addRemoteCandidate(formatCandidate(candidate), mid);
  }

  send(packet: Uint8Array): boolean {
    if (!this.#isOpen || this.#isClosed) return false;
    try {
      return this.#track.sendMessageBinary(asBuffer(packet));
    } catch {
      // It ended on another thread, which tells of it in a moment.
      return false;
    }
  }

  pair(): SelectedPair | null {
    const pair = this.#isOpen && !this.#isClosed ? this.#native.getSelectedCandidatePair() : null;
    if (pair === null) return null;
    const end = ({ address, port }: { readonly address: string; readonly port: number }) =>
      `${bracketed(address)}:${port}`;
    return { local: end(pair.local), remote: end(pair.remote) };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#track.close();
    this.#native.close();
  }

  #changed(state: string): void {
    if (this.#isClosed) return;
    if (state === 'closed') this.#events.onEnd('closed');
    else if (state === 'failed' || state === 'disconnected') this.#events.onEnd('unreachable');
  }

  async #localDescription(): Promise<LocalDescription> {
    if (this.#hasStunServers) await this.#gathered();
    const sdp = this.#isClosed ? undefined : this.#native.localDescription()?.sdp;
    if (sdp === undefined) throw new Error('the connection was closed before it was described');
    const { attributes, media } = parseSections(sdp);
    const section = media[0]?.attributes ?? [];
    const description = parseTransport(section, attributes);
    return { ...description, candidates: description.candidates.filter(({ type }) => type !== 'host') };
  }

  /** What the STUN servers haven't told by then comes too late. */
  async #gathered(): Promise<void> {
    const endMs = performance.now() + gatheringTimeoutMs;
    while (!this.#isClosed && this.#native.gatheringState() !== 'complete' && performance.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The description of the other side, as far as the connection itself needs one. */
function describe({ ice, fingerprint, setup, candidates }: TransportDescription): string {
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    `a=group:BUNDLE ${mid}`,
    `m=video 9 UDP/TLS/RTP/SAVPF ${payloadType}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    'a=recvonly',
    'a=rtcp-mux',
    `a=rtpmap:${payloadType} H264/90000`,
    `a=ice-ufrag:${ice.ufrag}`,
    `a=ice-pwd:${ice.password}`,
    'a=ice-options:trickle',
    `a=fingerprint:${fingerprint.algorithm} ${fingerprint.value}`,
    `a=setup:${setup}`,
    ...candidates.map((candidate) => `a=${formatCandidate(candidate)}`),
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

/** Connections on one port. */
export function datachannelPeers(options: DatachannelOptions): ConnectPeer {
  return (events) => new DatachannelPeer(options, events);
}
