/** What became of a packet that was sent to a viewer, by its transport-wide feedback. */
export interface PacketResult {
  /** CLOCK_MONOTONIC ms. */
  readonly sentMs: number;
  /** On the viewer's own clock, whose origin is its own: differences count. Null where it never arrived. */
  readonly arrivedMs: number | null;
  readonly bytes: number;
  /** It was sent to find out what the link carries, beyond what the viewer needs. */
  readonly isProbe: boolean;
}

/** What a viewer told of its link, in one report. */
export interface VideoFeedback {
  /** When the report came, CLOCK_MONOTONIC ms. */
  readonly atMs: number;
  /** In the order of sending; empty where the viewer gives no transport-wide feedback. */
  readonly packets: readonly PacketResult[];
  /** The share of packets lost since the last receiver report, 0 to 1 (RFC 3550, 6.4.1); null where this says nothing. */
  readonly lossRatio: number | null;
  /** The viewer's own estimate of its link, bit/s (draft-alvestrand-rmcat-remb-03); null where this says nothing. */
  readonly estimateBps: number | null;
  /** Null where this says nothing. */
  readonly rttMs: number | null;
}

/** What an adaptation needs of a viewer's connection that carries video by RTP. */
export interface VideoConnection {
  /** Calls `hear` with what the viewer tells, as it comes; first with what it told before. The last one alone hears it. */
  listen(hear: (feedback: VideoFeedback) => void): void;
  /** What is sent now, bit/s, of headers and what was sent again too; without probes. */
  readonly sentBps: number;
  /**
   * Sends packets that viewers don't see beside the video, so that it is `bitrateBps` in all for so long. Takes the place
   * of a probe that is under way; with a duration of 0 it only ends it.
   */
  probe(bitrateBps: number, durationMs: number): void;
  /**
   * What the link was found to carry, bit/s; null where it never showed a limit. Where frames are paced by it, pace them
   * at 1.5 times as much or more: a link is measured by packets that queue in it.
   */
  setLinkBps(linkBps: number | null): void;
}
