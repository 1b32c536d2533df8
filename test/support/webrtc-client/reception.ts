import type { BlockInit } from './rtcp-bytes.js';

/** What a receiver report says of one stream: RFC 3550, 6.4.1 and appendix A.3. */
export class Reception {
  #first = -1;
  #highest = -1;
  #received = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;
  #senderReport = { compactNtp: 0, atMs: 0 };

  get received(): number {
    return this.#received;
  }

  /** Never came, neither at first nor by being sent again. */
  get lost(): number {
    return this.#first < 0 ? 0 : this.#highest - this.#first + 1 - this.#received;
  }

  /** `sequence` counts on beyond 16 bits. */
  add(sequence: number): void {
    if (this.#first < 0) this.#first = sequence;
    this.#highest = Math.max(this.#highest, sequence);
    this.#received++;
  }

  hearSenderReport(ntpTime: bigint, nowMs: number): void {
    this.#senderReport = { compactNtp: Number((ntpTime >> 16n) & 0xffffffffn), atMs: nowMs };
  }

  /** The report since the last one. */
  report(ssrc: number, nowMs: number): BlockInit {
    const expected = this.#first < 0 ? 0 : this.#highest - this.#first + 1;
    const expectedNow = expected - this.#expectedBefore;
    const lostNow = expectedNow - (this.#received - this.#receivedBefore);
    this.#expectedBefore = expected;
    this.#receivedBefore = this.#received;
    const { compactNtp, atMs } = this.#senderReport;
    return {
      ssrc,
      fractionLost: expectedNow > 0 && lostNow > 0 ? Math.floor((256 * lostNow) / expectedNow) : 0,
      packetsLost: this.lost,
      highestSequence: Math.max(0, this.#highest - 2 ** 16),
      lastSenderReport: compactNtp,
      delay: compactNtp === 0 ? 0 : Math.round(((nowMs - atMs) * 65_536) / 1000),
    };
  }
}
