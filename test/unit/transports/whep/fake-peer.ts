import type { LocalDescription, PeerConnection, PeerEvents } from '../../../../src/transports/whep/peer.js';
import type { Candidate } from '../../../../src/transports/whep/sdp/candidate.js';
import { parts } from './offers.js';

/** A connection that does what the test says. */
export class FakePeer implements PeerConnection {
  readonly events: PeerEvents;
  readonly sent: Uint8Array[] = [];
  readonly candidates: Candidate[] = [];
  readonly accepted: unknown[] = [];
  closed = 0;
  readonly #failure: Error | undefined;

  constructor(events: PeerEvents, failure?: Error) {
    this.#failure = failure;
    this.events = events;
  }

  async answer(): Promise<LocalDescription> {
    if (this.#failure !== undefined) throw this.#failure;
    return { ...parts.local, candidates: [] };
  }

  offer(): Promise<LocalDescription> {
    return this.answer();
  }

  accept(remote: unknown): void {
    this.accepted.push(remote);
  }

  addCandidate(candidate: Candidate): void {
    this.candidates.push(candidate);
  }

  send(packet: Uint8Array): boolean {
    if (this.closed > 0) throw new Error('sent on a closed connection');
    this.sent.push(Buffer.from(packet));
    return true;
  }

  pair() {
    return { local: '192.0.2.1:8189', remote: '192.0.2.2:5000' };
  }

  close(): void {
    this.closed++;
  }
}
