import { parseRtcp } from '../../../src/transports/rtp/rtcp/parse.js';
import { MissingPackets, nackEntries } from './missing-packets.js';
import { streamsOf, transportCcId } from './offer.js';
import { ClientPeer } from './peer.js';
import { type CompleteUnit, PictureBuffer } from './picture-buffer.js';
import { Reception } from './reception.js';
import { nack, pli, receiverReport } from './rtcp-bytes.js';
import { emptyFields, extensionOf, isRtcp, type RtpFields, readRtp, Unwrapper } from './rtp-fields.js';
import { type ShownFigures, type ShownPicture, ShownPictures } from './shown-pictures.js';
import { TransportArrivals } from './transport-arrivals.js';

export interface ViewerOptions {
  readonly bindAddress: string | undefined;
  readonly keepsPictures: boolean;
}

export interface ViewerFigures extends ShownFigures {
  /** RTP packets of all kinds, and their bytes. */
  readonly packets: number;
  readonly rtpBytes: number;
  /** Of the media stream, not counting what was sent again. */
  readonly lost: number;
  readonly nacks: number;
  readonly rtxPackets: number;
  readonly keyframeRequests: number;
}

// As libwebrtc has them.
const reportMs = 1000;
const feedbackMs = 100;
const keyframePatienceMs = 200;
const picturePatienceMs = 3000;

/** One WHEP viewer that tells the server what browsers tell it. `tick()` wants to be called every 20 ms or so. */
export class WebRtcViewer {
  readonly peer: ClientPeer;
  readonly #pictures: ShownPictures;
  readonly #buffer: PictureBuffer;
  readonly #missing = new MissingPackets();
  readonly #reception = new Reception();
  readonly #arrivals: TransportArrivals;
  readonly #fields: RtpFields = emptyFields();
  readonly #sequences = new Unwrapper();
  readonly #transportSequences = new Unwrapper();
  #ssrc = 0;
  #rtxSsrc = 0;
  #nowMs: number;
  #reportedMs: number;
  #feedbackMs: number;
  #askedMs = Number.NEGATIVE_INFINITY;
  #packets = 0;
  #rtpBytes = 0;
  #lostBefore = 0;
  #nacks = 0;
  #rtxPackets = 0;
  #keyframeRequests = 0;

  constructor({ bindAddress, keepsPictures }: ViewerOptions) {
    this.#nowMs = nowMs();
    // So that many viewers don't report in the same moment.
    this.#reportedMs = this.#nowMs - reportMs * Math.random();
    this.#feedbackMs = this.#nowMs - feedbackMs * Math.random();
    this.#arrivals = new TransportArrivals(this.#nowMs);
    this.#pictures = new ShownPictures(keepsPictures);
    this.#buffer = new PictureBuffer((unit) => this.#show(unit));
    this.peer = new ClientPeer({ bindAddress, onMessage: (bytes) => this.#receive(bytes) });
  }

  get hasPicture(): boolean {
    return this.#buffer.hasPicture;
  }

  get pictures(): readonly ShownPicture[] {
    return this.#pictures.all;
  }

  accept(answer: string): void {
    const { ssrc, rtxSsrc } = streamsOf(answer);
    this.#ssrc = ssrc;
    this.#rtxSsrc = rtxSsrc;
    this.peer.accept(answer);
  }

  /** Sends what is due. */
  tick(): void {
    const now = nowMs();
    if (!this.#missing.isEmpty) this.#askAgain(now);
    if (now - this.#feedbackMs >= feedbackMs) {
      this.#feedbackMs = now;
      const feedback = this.#arrivals.take();
      if (feedback !== null) this.peer.send(feedback);
    }
    if (now - this.#reportedMs >= reportMs) {
      this.#reportedMs = now;
      this.peer.send(receiverReport(this.#reception.report(this.#ssrc, now)));
    }
    this.#askForKeyframe(now);
  }

  /** What was since the last call. */
  take(): ViewerFigures {
    const { lost } = this.#reception;
    const figures = {
      ...this.#pictures.take(nowMs()),
      packets: this.#packets,
      rtpBytes: this.#rtpBytes,
      lost: lost - this.#lostBefore,
      nacks: this.#nacks,
      rtxPackets: this.#rtxPackets,
      keyframeRequests: this.#keyframeRequests,
    };
    this.#packets = 0;
    this.#rtpBytes = 0;
    this.#lostBefore = lost;
    this.#nacks = 0;
    this.#rtxPackets = 0;
    this.#keyframeRequests = 0;
    return figures;
  }

  #receive(bytes: Buffer): void {
    this.#nowMs = nowMs();
    if (isRtcp(bytes)) this.#hear(bytes);
    else if (readRtp(bytes, this.#fields)) this.#receiveRtp(bytes, this.#fields);
  }

  #receiveRtp(bytes: Buffer, fields: RtpFields): void {
    this.#packets++;
    this.#rtpBytes += bytes.length;
    const transportSequence = extensionOf(bytes, fields, transportCcId);
    if (transportSequence >= 0) this.#arrivals.add(this.#transportSequences.unwrap(transportSequence), this.#nowMs);
    const { ssrc, payloadAt, payloadEnd, timestamp, isMarked } = fields;
    if (ssrc === this.#ssrc) {
      const sequence = this.#sequences.unwrap(fields.sequence);
      this.#reception.add(sequence);
      if (this.#missing.arrived(sequence)) this.#askAgain(this.#nowMs);
      this.#buffer.add(sequence, timestamp, isMarked, bytes, payloadAt, payloadEnd);
    } else if (ssrc === this.#rtxSsrc && payloadEnd - payloadAt > 2) {
      this.#rtxPackets++;
      // RFC 4588, 4.
      const sequence = this.#sequences.unwrap(bytes.readUInt16BE(payloadAt));
      this.#missing.arrived(sequence);
      this.#buffer.add(sequence, timestamp, isMarked, bytes, payloadAt + 2, payloadEnd);
    }
  }

  #hear(bytes: Buffer): void {
    for (const packet of parseRtcp(bytes)) {
      if (packet.type !== 'sender-report' || packet.ssrc !== this.#ssrc) continue;
      this.#reception.hearSenderReport(packet.ntpTime, this.#nowMs);
      this.#pictures.hearSenderReport(packet.ntpTime, packet.rtpTimestamp);
    }
  }

  #show(unit: CompleteUnit): void {
    this.#pictures.show(unit, this.#nowMs);
  }

  #askAgain(now: number): void {
    this.#missing.forgetBelow(this.#buffer.next);
    const due = this.#missing.due(now);
    if (due.length === 0) return;
    this.#nacks += due.length;
    this.peer.send(nack(this.#ssrc, ...nackEntries(due)));
  }

  #askForKeyframe(now: number): void {
    if (this.#packets === 0 && !this.#buffer.hasPicture) return;
    const sinceMs = Math.max(this.#askedMs, this.#buffer.hasPicture ? this.#pictures.lastMs : 0);
    const isWaitingForOne = !this.#buffer.hasPicture || this.#askedMs > this.#pictures.lastMs;
    if (now - sinceMs < (isWaitingForOne ? keyframePatienceMs : picturePatienceMs)) return;
    this.#askedMs = now;
    this.#keyframeRequests++;
    this.peer.send(pli(this.#ssrc));
  }
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
