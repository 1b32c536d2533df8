import { networkInterfaces } from 'node:os';
import type { Clock } from '../../core/clock.js';
import { LensError, viewerNotFound } from '../../core/errors.js';
import type { Log } from '../../core/log.js';
import type { TierQuery } from '../../hub/tier-query.js';
import type { VideoChannel } from '../../hub/video-channel.js';
import type { ViewerRegistry } from '../../hub/viewer-registry.js';
import { Pacer } from '../rtp/pacer.js';
import { RtpTier } from '../rtp/tier-packets.js';
import type { Negotiated } from '../rtp/viewer-stream.js';
import type { FurtherHosts } from './further-hosts.js';
import { localCandidates } from './local-candidates.js';
import { negotiate, newStreamIds } from './negotiated.js';
import type { ConnectPeer } from './peer.js';
import { type AnswerParts, type StreamIds, writeAnswer } from './sdp/answer.js';
import type { Candidate, UnusableCandidate } from './sdp/candidate.js';
import { parseFragment } from './sdp/fragment.js';
import { type Offer, parseOffer } from './sdp/offer.js';
import { mustBeAnswerTo, serverFormat, writeOffer } from './sdp/server-offer.js';
import { WhepSession } from './session.js';
import type { UdpPort } from './udp-port.js';
import { WhepViewer } from './viewer.js';

export interface WhepTransportOptions {
  readonly viewers: ViewerRegistry;
  readonly clock: Clock;
  readonly log: Log;
  /** Null for no viewers at all. */
  readonly egress: Egress | null;
  readonly hosts: FurtherHosts;
  readonly maxViewers: number;
}

/** How packets leave. */
export interface Egress {
  readonly connect: ConnectPeer;
  readonly port: Pick<UdpPort, 'port' | 'boundTo' | 'hasIpv6'>;
}

export interface WhepRequest {
  readonly camera: string;
  readonly tier: string;
  /** Throws TIER_NOT_FOUND. */
  readonly channelOf: (tier: string) => VideoChannel;
  readonly query: TierQuery;
  /** `address:port` of the viewer. */
  readonly address: string;
  /** This machine's address that the viewer asked; undefined where unknown. */
  readonly reachedAt: string | undefined;
}

/** What a viewer gets: its session, by its id, and the description to take. */
export interface Established {
  readonly id: string;
  readonly camera: string;
  readonly etag: string;
  readonly sdp: string;
}

interface Entry {
  readonly viewer: WhepViewer;
  readonly session: WhepSession;
  readonly streams: StreamIds;
  /** What is sent once the connection is there. */
  negotiated: Negotiated | undefined;
  /** Waits for the viewer's answer to an offer that was made here. */
  awaitsAnswer: boolean;
}

const retryAfterS = 10;

/** All viewers by WebRTC. Owns them, and the timer that paces them. */
export class WhepTransport {
  readonly #options: WhepTransportOptions;
  readonly #pacer: Pacer;
  readonly #entries = new Map<string, Entry>();
  /** What is sent of a channel; it holds nothing while nobody watches. */
  readonly #tiers = new WeakMap<VideoChannel, RtpTier>();
  #isClosed = false;

  constructor(options: WhepTransportOptions) {
    this.#options = options;
    this.#pacer = new Pacer(options.clock);
  }

  get viewerCount(): number {
    return this.#entries.size;
  }

  /** For who has to wait before he can be answered: throws at once what {@link answer}, or {@link offer}, would. */
  mustTake(offer: string | null): void {
    if (offer !== null) parseOffer(offer);
    this.#mustHaveRoom();
  }

  /** Answers an offer. Throws SDP_INVALID, OFFER_UNPLAYABLE, TOO_MANY_VIEWERS and SHUTTING_DOWN. */
  async answer(text: string, request: WhepRequest): Promise<Established> {
    const offer = parseOffer(text);
    return this.#establish(request, async (entry, candidates) => {
      const { ice, fingerprint, setup, ...local } = await entry.session.answer(offer.transport, candidates);
      entry.negotiated = negotiatedWith(offer, entry);
      return writeAnswer(offer, {
        ...partsOf(entry),
        local: { ice, fingerprint, setup },
        candidates: local.candidates,
      });
    });
  }

  /** Makes an offer, which {@link accept} completes within 10 seconds. Throws as {@link answer}. */
  async offer(request: WhepRequest): Promise<Established> {
    return this.#establish(request, async (entry, candidates) => {
      const { ice, fingerprint, ...local } = await entry.session.offer(candidates);
      entry.awaitsAnswer = true;
      const side = { ice, fingerprint, setup: 'actpass' } as const;
      return writeOffer({ ...partsOf(entry), local: side, candidates: local.candidates });
    });
  }

  /** Takes the answer to an offer. Throws VIEWER_NOT_FOUND, SDP_INVALID and OFFER_UNPLAYABLE. */
  accept(id: string, text: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || !entry.awaitsAnswer) throw viewerNotFound(id);
    const answer = parseOffer(text);
    mustBeAnswerTo(serverFormat, answer);
    entry.awaitsAnswer = false;
    entry.negotiated = negotiatedWith(answer, entry);
    entry.session.accept(answer.transport);
  }

  /** The session of a viewer of the camera. Throws VIEWER_NOT_FOUND. */
  etagOf(camera: string, id: string): string {
    return this.#find(camera, id).session.etag;
  }

  /** Takes more candidates (RFC 8840). Throws VIEWER_NOT_FOUND, SDP_INVALID and ICE_RESTART_UNSUPPORTED. */
  trickle(camera: string, id: string, text: string): void {
    const { session } = this.#find(camera, id);
    const { ice, candidates } = parseFragment(text);
    if (ice !== undefined && !session.isOfViewer(ice.ufrag)) {
      throw new LensError('ICE_RESTART_UNSUPPORTED', 'The credentials are not the session’s: it can’t restart ICE.', {
        hint: 'End this session and POST a new offer.',
      });
    }
    for (const candidate of candidates) session.addCandidate(candidate);
  }

  /** The same for candidates that came one by one. Throws VIEWER_NOT_FOUND. */
  addCandidates(id: string, candidates: readonly (Candidate | UnusableCandidate)[]): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw viewerNotFound(id);
    for (const candidate of candidates) entry.session.addCandidate(candidate);
  }

  /** Ends a viewer of the camera. Throws VIEWER_NOT_FOUND. */
  end(camera: string, id: string): void {
    this.#find(camera, id).viewer.close();
  }

  /** Ends all. Idempotent; nobody new is taken. */
  close(): void {
    this.#isClosed = true;
    for (const { viewer } of [...this.#entries.values()]) viewer.close();
    this.#pacer.close();
  }

  async #establish(
    request: WhepRequest,
    describe: (entry: Entry, candidates: readonly Candidate[]) => Promise<string>,
  ): Promise<Established> {
    const candidates = await this.#candidates(this.#mustHaveRoom(), request.reachedAt);
    const entry = this.#enter(this.#mustHaveRoom(), request);
    const { viewer, session } = entry;
    try {
      const sdp = await describe(entry, candidates);
      if (session.isClosed) throw new LensError('SHUTTING_DOWN', 'The viewer was ended before it had begun.');
      return { id: viewer.id, camera: viewer.camera, etag: session.etag, sdp };
    } catch (error) {
      viewer.close();
      throw error;
    }
  }

  #mustHaveRoom(): Egress {
    if (this.#isClosed) throw new LensError('SHUTTING_DOWN', 'The server is stopping.');
    const { maxViewers, egress } = this.#options;
    if (egress !== null && this.#entries.size < maxViewers) return egress;
    const message = `${maxViewers} viewers may watch by WebRTC (webrtc.max_viewers), and as many do.`;
    throw new LensError('TOO_MANY_VIEWERS', message, { retryAfterS, details: { max_viewers: maxViewers } });
  }

  async #candidates({ port }: Egress, reachedAt: string | undefined): Promise<readonly Candidate[]> {
    const { hosts, clock } = this.#options;
    const further = await hosts.addresses(clock());
    const { boundTo, hasIpv6 } = port;
    return localCandidates({ interfaces: networkInterfaces(), boundTo, hasIpv6, further, reachedAt }, port.port);
  }

  #enter({ connect }: Egress, request: WhepRequest): Entry {
    const { viewers, clock, log } = this.#options;
    const viewer: WhepViewer = new WhepViewer({
      ...request,
      packetsOf: (channel) => this.#packetsOf(channel),
      clock,
      pacer: this.#pacer,
      send: (packet) => this.#entries.get(viewer.id)?.session.send(packet) ?? false,
      onClose: () => this.#entries.get(viewer.id)?.session.close(),
    });
    try {
      const session = new WhepSession({
        clock,
        log,
        name: `${viewer.id} ${viewer.address}`,
        connect,
        onOpen: () => entry.negotiated && viewer.open(entry.negotiated),
        onRtcp: (bytes) => viewer.onRtcp(bytes),
        onEnd: () => this.#leave(viewer),
      });
      const streams = newStreamIds(viewer.id);
      const entry: Entry = { viewer, session, streams, negotiated: undefined, awaitsAnswer: false };
      this.#entries.set(viewer.id, entry);
      viewers.add(viewer);
      return entry;
    } catch (error) {
      viewer.close();
      throw error;
    }
  }

  #leave(viewer: WhepViewer): void {
    // While it is still known: it says BYE.
    viewer.close();
    this.#entries.delete(viewer.id);
    this.#options.viewers.remove(viewer);
  }

  #packetsOf(channel: VideoChannel): RtpTier {
    const made = this.#tiers.get(channel);
    if (made !== undefined) return made;
    const tier = new RtpTier({ channel, clock: this.#options.clock });
    this.#tiers.set(channel, tier);
    return tier;
  }

  #find(camera: string, id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.viewer.camera !== camera) throw viewerNotFound(id);
    return entry;
  }
}

function negotiatedWith(offer: Offer, { streams }: Entry): Negotiated {
  return negotiate(offer.format, offer.media[offer.videoIndex]?.mid, streams);
}

function partsOf({ viewer, streams }: Entry): Pick<AnswerParts, 'sessionId' | 'streams'> {
  return { sessionId: BigInt(`0x${viewer.id}`).toString().slice(0, 18), streams };
}
