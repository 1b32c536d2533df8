import type { Clock } from '../../core/clock.js';
import type { Log } from '../../core/log.js';
import type { ConnectPeer, LocalDescription, PeerConnection } from './peer.js';
import { type Candidate, describeCandidate, type UnusableCandidate } from './sdp/candidate.js';
import type { RemoteTransport } from './sdp/transport.js';

export interface SessionOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Of the viewer, for the log. */
  readonly name: string;
  readonly connect: ConnectPeer;
  readonly onOpen: () => void;
  readonly onRtcp: (bytes: Uint8Array) => void;
  /** It is over, whoever ended it. Called once. */
  readonly onEnd: () => void;
}

const connectTimeoutMs = 10_000;
// Viewers report at least every five seconds or so (RFC 3550, 6.2).
const silenceTimeoutMs = 15_000;
const lookEveryMs = 1000;
const mostCandidates = 40;
const mostUnusable = 10;

/**
 * A viewer's connection from its offer to its end. It ends by itself where no connection comes about in 10 seconds, when
 * the viewer ends it, when ICE finds that it doesn't answer any more, and when its reports stop for 15 seconds though it
 * was sent something all the time. Owns the connection and its timers.
 */
export class WhepSession {
  readonly #options: SessionOptions;
  readonly #peer: PeerConnection;
  readonly #connecting: NodeJS.Timeout;
  #watch: NodeJS.Timeout | undefined;
  #local: readonly Candidate[] = [];
  #remote: readonly Candidate[] = [];
  /** For the log. */
  #unusable: readonly string[] = [];
  #remoteUfrag = '';
  #localUfrag = '';
  #isOpen = false;
  #isClosed = false;
  /** When the first packet since its last report was sent; NaN for none. */
  #unansweredMs = Number.NaN;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#peer = options.connect({
      onOpen: () => this.#opened(),
      onRtcp: (bytes) => {
        this.#unansweredMs = Number.NaN;
        options.onRtcp(bytes);
      },
      onEnd: (reason) => this.#ended(reason),
    });
    this.#connecting = setTimeout(() => this.#expired(), connectTimeoutMs);
  }

  /** Names the ICE session (RFC 9725, 4.3.1), with its quotation marks. */
  get etag(): string {
    return `"${this.#localUfrag}"`;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Takes the viewer's side of the connection; `candidates` are those of this machine, for the log. */
  async answer(remote: RemoteTransport, candidates: readonly Candidate[]): Promise<LocalDescription> {
    this.#setRemote(remote);
    return this.#described(await this.#peer.answer(remote), candidates);
  }

  async offer(candidates: readonly Candidate[]): Promise<LocalDescription> {
    return this.#described(await this.#peer.offer(), candidates);
  }

  accept(remote: RemoteTransport): void {
    const early = this.#remote;
    this.#setRemote({ ...remote, candidates: [...remote.candidates, ...early] });
    this.#peer.accept(remote);
    for (const candidate of early) this.#peer.addCandidate(candidate);
  }

  /** Whether these credentials are the viewer's, and not those of an ICE restart. */
  isOfViewer(ufrag: string): boolean {
    return ufrag === this.#remoteUfrag;
  }

  /** Those that come before the viewer's answer wait for it. Unusable ones are for the log alone. */
  addCandidate(candidate: Candidate | UnusableCandidate): void {
    if ('unusable' in candidate) {
      this.#keepUnusable([candidate.unusable]);
      return;
    }
    if (this.#remote.length >= mostCandidates) return;
    this.#remote = [...this.#remote, candidate];
    if (this.#remoteUfrag !== '') this.#peer.addCandidate(candidate);
  }

  send(packet: Uint8Array): boolean {
    const isTaken = this.#peer.send(packet);
    if (isTaken && Number.isNaN(this.#unansweredMs)) this.#unansweredMs = this.#options.clock();
    return isTaken;
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#connecting);
    clearInterval(this.#watch);
    this.#options.onEnd();
    this.#peer.close();
  }

  #setRemote({ ice, candidates, unusable }: RemoteTransport): void {
    this.#remoteUfrag = ice.ufrag;
    this.#remote = candidates;
    this.#keepUnusable(unusable);
  }

  #keepUnusable(candidates: readonly string[]): void {
    this.#unusable = [...new Set([...this.#unusable, ...candidates])].slice(0, mostUnusable);
  }

  #described(local: LocalDescription, candidates: readonly Candidate[]): LocalDescription {
    this.#localUfrag = local.ice.ufrag;
    this.#local = [...candidates, ...local.candidates];
    return { ...local, candidates: this.#local };
  }

  #opened(): void {
    if (this.#isClosed || this.#isOpen) return;
    this.#isOpen = true;
    clearTimeout(this.#connecting);
    this.#watch = setInterval(() => this.#look(), lookEveryMs);
    const pair = this.#peer.pair();
    this.#options.log.debug('WebRTC connected', {
      viewer: this.#options.name,
      local: pair?.local,
      remote: pair?.remote,
    });
    this.#options.onOpen();
  }

  #ended(reason: 'closed' | 'unreachable'): void {
    if (this.#isClosed) return;
    if (!this.#isOpen) {
      this.#tellFailure(reason === 'closed' ? 'the viewer ended it' : 'no candidate of one side reached the other');
    } else this.#options.log.debug('WebRTC viewer left', { viewer: this.#options.name, reason });
    this.close();
  }

  #expired(): void {
    this.#tellFailure(`not within ${connectTimeoutMs / 1000} s`);
    this.close();
  }

  #look(): void {
    if (this.#options.clock() - this.#unansweredMs <= silenceTimeoutMs || Number.isNaN(this.#unansweredMs)) return;
    const message = `WebRTC viewer has told nothing for ${silenceTimeoutMs / 1000} s`;
    this.#options.log.info(message, { viewer: this.#options.name });
    this.close();
  }

  #tellFailure(reason: string): void {
    const list = (candidates: readonly string[]) => candidates.join(', ') || 'none';
    this.#options.log.warn('WebRTC connection did not come about', {
      viewer: this.#options.name,
      reason,
      'candidates here': list(this.#local.map(describeCandidate)),
      'candidates there': list([...this.#remote.map(describeCandidate), ...this.#unusable]),
    });
  }
}
