import type { TransportFeedback } from './transport-feedback.js';

/** RFC 3550, 6.4.1 */
export interface ReportBlock {
  readonly ssrc: number;
  /** Since the report before, 0 to 1. */
  readonly lossRatio: number;
  /** Since the beginning; duplicates make it negative. */
  readonly packetsLost: number;
  readonly highestSequence: number;
  /** In units of the timestamp. */
  readonly jitter: number;
  /** The middle 32 bits of the NTP time of the last sender report; 0 before the first. */
  readonly lastSenderReport: number;
  readonly delaySinceLastSenderReportMs: number;
}

export interface ReceiverReport {
  readonly type: 'receiver-report';
  readonly ssrc: number;
  readonly reports: readonly ReportBlock[];
}

export interface SenderReport {
  readonly type: 'sender-report';
  readonly ssrc: number;
  /** 32.32 bits since 1900. */
  readonly ntpTime: bigint;
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly payloadBytes: number;
  readonly reports: readonly ReportBlock[];
}

/** RFC 3550, 6.5; the canonical names alone. */
export interface SourceDescription {
  readonly type: 'source-description';
  readonly names: readonly { readonly ssrc: number; readonly cname: string }[];
}

/** RFC 3550, 6.6 */
export interface Bye {
  readonly type: 'bye';
  readonly ssrcs: readonly number[];
}

/** RFC 4585, 6.3.1 */
export interface PictureLoss {
  readonly type: 'picture-loss';
  readonly mediaSsrc: number;
}

/** RFC 5104, 4.3.1 */
export interface FullIntraRequest {
  readonly type: 'full-intra-request';
  readonly requests: readonly { readonly ssrc: number; readonly sequence: number }[];
}

/** RFC 4585, 6.2.1 */
export interface GenericNack {
  readonly type: 'nack';
  readonly mediaSsrc: number;
  readonly sequences: readonly number[];
}

/** draft-alvestrand-rmcat-remb-03, 2.2 */
export interface BitrateEstimate {
  readonly type: 'bitrate-estimate';
  readonly bitrateBps: number;
  readonly ssrcs: readonly number[];
}

export type RtcpPacket =
  | ReceiverReport
  | SenderReport
  | SourceDescription
  | Bye
  | PictureLoss
  | FullIntraRequest
  | GenericNack
  | BitrateEstimate
  | TransportFeedback;
