/** A link as tc-tbf makes one (tc-tbf(8)): a token bucket, and a queue before it. */
export interface SimulatedLink {
  readonly rateBps: (atMs: number) => number;
  /** Bytes that pass unshaped after a pause. */
  readonly bucketBytes: number;
  readonly rttMs: number;
  /** How long the queue may get; TCP fills it and no more. */
  readonly queueMs?: number;
  /** The receiver acknowledges so many bytes at once, as networks aggregate them, or what there is when no more comes. */
  readonly ackBytes?: number;
  /** Moments in which the machine does nothing: what could have passed then passes after, as far as the bucket holds it. */
  readonly rests?: (atMs: number) => boolean;
}

const initialWindowBytes = 14_480;
const leastRtoMs = 200;

/**
 * One TCP connection over such a link, in steps of a few milliseconds: what the sender wrote goes into the kernel while
 * little there is unsent (TCP_NOTSENT_LOWAT), then out within a congestion window that begins small and doubles in each
 * round trip, up to what the way and the queue hold; then through the bucket. Nothing is lost.
 */
export class LinkModel {
  readonly #link: SimulatedLink;
  unsentLimitBytes: number;
  #written = 0;
  #accepted = 0;
  #sent = 0;
  #passed = 0;
  #acknowledged = 0;
  #acked = 0;
  #busyMs = 0;
  #tokens: number;
  #window = initialWindowBytes;
  #idleSinceMs = 0;
  #rttMs: number;
  readonly #departures: { readonly atMs: number; readonly bytes: number }[] = [];
  readonly #acks: { readonly atMs: number; readonly bytes: number; readonly rttMs: number }[] = [];

  constructor(link: SimulatedLink, unsentLimitBytes: number) {
    this.#link = link;
    this.unsentLimitBytes = unsentLimitBytes;
    this.#tokens = link.bucketBytes;
    this.#rttMs = link.rttMs;
  }

  /** All that was ever written. */
  get writtenBytes(): number {
    return this.#written;
  }

  /** All that has left the bottleneck; half a round trip later it is there. */
  get passedBytes(): number {
    return this.#passed;
  }

  get ackedBytes(): number {
    return this.#acked;
  }

  /** In the kernel, as SIOCOUTQ has it. */
  get queuedBytes(): number {
    return this.#accepted - this.#acked;
  }

  /** Smoothed as the kernel does it (RFC 6298, 2). */
  get rttMs(): number {
    return this.#rttMs;
  }

  get busyMs(): number {
    return this.#busyMs;
  }

  /** Whether the kernel has all that was written. */
  get isTaken(): boolean {
    return this.#accepted >= this.#written;
  }

  write(bytes: number): void {
    this.#written += bytes;
    this.#accept();
  }

  step(nowMs: number, stepMs: number): void {
    const rate = this.#link.rateBps(nowMs) / 8000;
    this.#restartAfterPause(nowMs);
    this.#take(nowMs, rate);
    this.#send();
    this.#departures.push({ atMs: nowMs, bytes: this.#sent });
    this.#tokens = Math.min(this.#link.bucketBytes + rate * stepMs, this.#tokens + rate * stepMs);
    const out = this.#link.rests?.(nowMs) ? 0 : Math.min(this.#sent - this.#passed, this.#tokens);
    this.#tokens -= out;
    this.#passed += out;
    this.#acknowledge(nowMs);
    this.#accept();
    if (this.queuedBytes > 0) {
      this.#busyMs += stepMs;
      this.#idleSinceMs = nowMs;
    }
  }

  #acknowledge(nowMs: number): void {
    const fresh = this.#passed - this.#acknowledged;
    if (fresh === 0 || (fresh < (this.#link.ackBytes ?? 0) && this.#passed < this.#sent)) return;
    this.#acknowledged = this.#passed;
    const rttMs = nowMs - this.#departureMs() + this.#link.rttMs;
    this.#acks.push({ atMs: nowMs + this.#link.rttMs, bytes: this.#passed, rttMs });
  }

  /** When the byte that passed last had left the sender. */
  #departureMs(): number {
    while ((this.#departures[0]?.bytes ?? this.#sent) < this.#passed) this.#departures.shift();
    return this.#departures[0]?.atMs ?? 0;
  }

  #accept(): void {
    const room = Math.max(0, this.unsentLimitBytes - (this.#accepted - this.#sent));
    this.#accepted = Math.min(this.#written, this.#accepted + room);
    this.#send();
  }

  #send(): void {
    this.#sent = Math.min(this.#accepted, Math.max(this.#sent, this.#acked + this.#window));
  }

  #take(nowMs: number, rate: number): void {
    const wayBytes = rate * (this.#link.rttMs + (this.#link.queueMs ?? 200)) + this.#link.bucketBytes;
    for (let ack = this.#acks[0]; ack !== undefined && ack.atMs <= nowMs; ack = this.#acks[0]) {
      this.#acks.shift();
      const isFull = this.#sent - this.#acked > 0.75 * this.#window;
      if (isFull)
        this.#window = Math.max(initialWindowBytes, Math.min(wayBytes, this.#window + ack.bytes - this.#acked));
      this.#acked = ack.bytes;
      this.#rttMs += (ack.rttMs - this.#rttMs) / 8;
      this.#accept();
    }
  }

  /** The kernel halves the window for each time-out that a connection rests. */
  #restartAfterPause(nowMs: number): void {
    if (this.queuedBytes > 0 || nowMs - this.#idleSinceMs < this.#link.rttMs + leastRtoMs) return;
    this.#window = Math.max(initialWindowBytes, this.#window / 2);
    this.#idleSinceMs = nowMs;
  }
}
