import { vi } from 'vitest';
import { VideoChannel } from '../../../../src/hub/video-channel.js';
import type { VideoFeedback } from '../../../../src/hub/video-link.js';
import { Pacer } from '../../../../src/transports/rtp/pacer.js';
import { RtpTier } from '../../../../src/transports/rtp/tier-packets.js';
import {
  type Negotiated,
  ViewerStream,
  type ViewerStreamOptions,
} from '../../../../src/transports/rtp/viewer-stream.js';
import { videoFrame } from './access-units.js';
import { isRtcp, originalOf, type ReceivedPacket, readPacket } from './rtp-receiver.js';

export const ssrc = 0x11223344;
export const rtxSsrc = 0x55667788;

export const negotiated: Negotiated = {
  ssrc,
  payloadType: 96,
  rtx: { ssrc: rtxSsrc, payloadType: 97 },
  transportCcId: 3,
  playoutDelayId: 5,
  absSendTimeId: 2,
  mid: { id: 4, value: '0' },
  cname: 'camera',
  nack: true,
};

/** Vitest's fake time as the monotonic clock. */
export const clock = () => Date.now();

/** A tier whose frames are numbered across all tiers of a test, so that each is known again. */
export class TestTier {
  readonly demands: boolean[] = [];
  readonly channel: VideoChannel;
  readonly tier: RtpTier;
  keyframesWanted = 0;
  freed = 0;

  constructor(name: string, maxPacketBytes?: number) {
    this.channel = new VideoChannel(name, {
      clock,
      onDemand: (wanted) => this.demands.push(wanted),
      onKeyframeWanted: () => {
        this.keyframesWanted++;
      },
    });
    this.tier = new RtpTier({
      channel: this.channel,
      clock,
      ...(maxPacketBytes === undefined ? {} : { maxPacketBytes }),
    });
  }

  publish(sequence: number, isKeyframe = false, bytes = 3000, captureMs = clock()): void {
    const frame = videoFrame({ captureMs, sequence, isKeyframe, bytes }, () => {
      this.freed++;
    });
    this.channel.publish(frame);
    frame.release();
  }
}

/** A viewer that keeps a copy of what it was sent. */
export class TestViewer {
  readonly datagrams: Buffer[] = [];
  readonly pacer = new Pacer(clock);
  readonly stream: ViewerStream;
  /** Whether the socket takes a datagram. */
  takes: (datagram: Uint8Array) => boolean = () => true;

  constructor(options: Partial<ViewerStreamOptions> = {}) {
    this.stream = new ViewerStream({
      clock,
      random: () => 0.5,
      pacer: this.pacer,
      negotiated,
      send: (packet) => {
        if (!this.takes(packet)) return false;
        this.datagrams.push(Buffer.from(packet));
        return true;
      },
      ...options,
    });
  }

  /** What it told of its link that nobody heard, and what it will tell. */
  hear(): readonly VideoFeedback[] {
    const told: VideoFeedback[] = [];
    this.stream.listen((feedback) => told.push(feedback));
    return told;
  }

  /** The sequence number of the last media packet. */
  get newest(): number {
    const last = this.datagrams.findLast((datagram) => !isRtcp(datagram) && datagram.readUInt32BE(8) === ssrc);
    return last?.readUInt16BE(2) ?? 0;
  }

  get rtp(): ReceivedPacket[] {
    return this.datagrams.filter((datagram) => !isRtcp(datagram)).map(readPacket);
  }

  get rtcp(): Buffer[] {
    return this.datagrams.filter(isRtcp);
  }

  get media(): ReceivedPacket[] {
    return this.rtp.filter((packet) => packet.ssrc === ssrc);
  }

  /** What was sent by RTX, as it was before. */
  get repeated(): ReceivedPacket[] {
    return this.rtp.filter((packet) => packet.ssrc === rtxSsrc).map((packet) => originalOf(packet, ssrc, 96));
  }
}

/** Lets fake time pass, timers included. */
export function pass(ms: number): void {
  vi.advanceTimersByTime(ms);
}
