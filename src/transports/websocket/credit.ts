import type { SubscriptionStats } from '../../hub/channel.js';

/** More than this is more than anybody can want: a client grants as it reads. */
export const MOST_CREDIT = 1000;

/** How many frames a client has granted, and which of those left out it could have had with more of them. */
export class Credit {
  readonly #stats: Readonly<SubscriptionStats>;
  #frames = 0;
  /** Left out while there was no credit: the client's choice, and not its link's. */
  #ungranted = 0;
  #slowWhenSpent = 0;

  /** `stats` are those of the subscription that it is for. */
  constructor(stats: Readonly<SubscriptionStats>) {
    this.#stats = stats;
  }

  get frames(): number {
    return this.#frames;
  }

  grant(frames: number): void {
    if (this.#frames === 0) this.#ungranted += this.#stats.droppedSlow - this.#slowWhenSpent;
    this.#frames = Math.min(MOST_CREDIT, this.#frames + frames);
  }

  spend(): void {
    this.#frames--;
    if (this.#frames === 0) this.#slowWhenSpent = this.#stats.droppedSlow;
  }

  /** Frames left out because the connection was busy. */
  get droppedSlow(): number {
    const { droppedSlow } = this.#stats;
    const since = this.#frames === 0 ? droppedSlow - this.#slowWhenSpent : 0;
    return droppedSlow - this.#ungranted - since;
  }
}
