import type { SimulatedFrame } from './video-sender-model.js';

/** A frame as a browser shows it. */
export interface ShownFrame {
  readonly atMs: number;
  readonly ageMs: number;
  readonly tier: string;
}

// A browser gives up waiting for a packet by then, and asks for a keyframe.
const patienceMs = 1000;
const askAgainMs = 1000;

/** Puts frames together as browsers do: shown in order and whole; after a loss nothing is before the next keyframe. */
export class VideoReceiverModel {
  readonly shown: ShownFrame[] = [];
  readonly #frames: readonly SimulatedFrame[];
  readonly #missing = new Map<number, number>();
  #next = 0;
  #stuckSinceMs = 0;
  #givenUpBefore = 0;
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(frames: readonly SimulatedFrame[]) {
    this.#frames = frames;
  }

  arrive(frame: number, nowMs: number): void {
    const packets = this.#frames[frame]?.packets ?? 0;
    this.#missing.set(frame, (this.#missing.get(frame) ?? packets) - 1);
    this.#show(nowMs);
  }

  /** Whether it still waits for packets of the frame. */
  wants(frame: number): boolean {
    return frame >= this.#next && frame >= this.#givenUpBefore;
  }

  /** Whether it asks for a keyframe now, and gives up what was before. */
  asksForKeyframe(nowMs: number): boolean {
    const isStuck = this.#next < this.#frames.length - 1 && nowMs - this.#stuckSinceMs > patienceMs;
    if (!isStuck || nowMs - this.#askedMs < askAgainMs) return false;
    this.#askedMs = nowMs;
    this.#givenUpBefore = this.#frames.length;
    return true;
  }

  #show(nowMs: number): void {
    for (let frame = this.#showable(); frame !== undefined; frame = this.#showable()) {
      for (let number = this.#next; number <= frame.number; number++) this.#missing.delete(number);
      this.#next = frame.number + 1;
      this.#stuckSinceMs = nowMs;
      this.shown.push({ atMs: nowMs, ageMs: nowMs - frame.capturedMs, tier: frame.tier });
    }
  }

  /** The next frame, or the first whole keyframe behind it. */
  #showable(): SimulatedFrame | undefined {
    if (this.#missing.get(this.#next) === 0) return this.#frames[this.#next];
    for (const [number, missing] of this.#missing) {
      const frame = this.#frames[number];
      if (missing === 0 && number > this.#next && frame?.isKeyframe) return frame;
    }
    return undefined;
  }
}
