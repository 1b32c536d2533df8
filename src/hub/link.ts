/** Counters of one viewer's connection at one moment (struct tcp_info in linux/tcp.h; SIOCOUTQ in tcp(7)). */
export interface LinkSample {
  readonly atMs: number;
  /**
   * Bytes that the other side has acknowledged since the start, beyond a gap, too: where one packet is lost, all that
   * comes after it goes through as fast as ever (SACK, RFC 2018).
   */
  readonly ackedBytes: number;
  /** How long there was anything on the way, since the start (tcpi_busy_time; counted in the kernel's ticks). */
  readonly busyMs: number;
  /** In the kernel and not yet acknowledged, not even beyond a gap; the unsent ones included. */
  readonly queuedBytes: number;
  readonly rttMs: number;
  readonly minRttMs: number;
  /** Frames left out since the start because the connection was busy. */
  readonly droppedSlow: number;
  /** The count of `ackedBytes` at which the last of the padded frames is through; null before it is wholly in the kernel. */
  readonly trainEndBytes: number | null;
}

/** What an adaptation needs of a viewer's connection, whatever the transport. */
export interface AdaptableConnection {
  /** Null where the connection is gone. */
  sample(): LinkSample | null;
  /** How old the frame is that the connection is still busy with; 0 when it takes whatever comes. */
  pendingAgeMs(): number;
  /** When that frame was handed to it; infinite when there is none. */
  pendingSinceMs(): number;
  /** Frames left out so far because the connection was busy. */
  readonly droppedSlow: number;
  /** Each of the next `frames` is sent with so many bytes more, which viewers don't see; instead of what was asked before. */
  padFrames(bytes: number, frames: number): void;
  /** What the link was found to carry, bit/s; null where it never showed a limit. */
  setLinkBps(linkBps: number | null): void;
  /** A limit beside the viewer's own; null for none. */
  adaptFps(maxFps: number | null): void;
  /** The viewer isn't adapted any more: takes back all that was set for the sake of its link. */
  leaveAlone(): void;
}
