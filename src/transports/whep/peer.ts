import type { Candidate } from './sdp/candidate.js';
import type { TransportDescription } from './sdp/transport.js';

/** The server's side of a connection. Its candidates are those that a STUN or TURN server told of, and no others. */
export type LocalDescription = TransportDescription;

/** What a connection tells. Nothing comes any more once it was closed. */
export interface PeerEvents {
  /** Packets can be sent from now on. */
  readonly onOpen: () => void;
  /** One datagram of RTCP, decrypted. */
  readonly onRtcp: (bytes: Uint8Array) => void;
  /** The other side ended it, or can't be reached (any more). Close it. */
  readonly onEnd: (reason: 'closed' | 'unreachable') => void;
}

/** The two ends that ICE found. */
export interface SelectedPair {
  readonly local: string;
  readonly remote: string;
}

/**
 * One WebRTC connection that carries one video stream to a viewer: ICE, DTLS and SRTP, and nothing of what is in the
 * packets. What crosses it is plain data.
 */
export interface PeerConnection {
  /** Takes a viewer's offer; called once. Resolves within about a second, at once where there are no ICE servers. */
  answer(remote: TransportDescription): Promise<LocalDescription>;
  /** Or makes an offer, which {@link accept} completes. */
  offer(): Promise<LocalDescription>;
  accept(remote: TransportDescription): void;
  addCandidate(candidate: Candidate): void;
  /** One RTP or RTCP datagram, which is copied; false where it isn't taken. Never throws. */
  send(packet: Uint8Array): boolean;
  /** Null before it is open. */
  pair(): SelectedPair | null;
  /** Idempotent. */
  close(): void;
}

export type ConnectPeer = (events: PeerEvents) => PeerConnection;
