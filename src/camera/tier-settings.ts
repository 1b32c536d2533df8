import type { TierConfig } from '../config/config.js';

export type TierChange = Partial<Omit<TierConfig, 'name'>>;

/** What a camera's tiers are set to now: at first what the configuration says, then what it was changed to. */
export class TierSettings {
  #tiers = new Map<string, TierConfig>();

  /** Best first. */
  constructor(tiers: readonly TierConfig[]) {
    this.replace(tiers);
  }

  /** Best first. */
  replace(tiers: readonly TierConfig[]): void {
    this.#tiers = new Map(tiers.map((tier) => [tier.name, tier]));
  }

  /** Best first. */
  all(): readonly TierConfig[] {
    return [...this.#tiers.values()];
  }

  get(tier: string): TierConfig | undefined {
    return this.#tiers.get(tier);
  }

  /** Returns what the tier is set to then. Throws RangeError where there is no such tier. */
  change(tier: string, change: TierChange): TierConfig {
    const before = this.#tiers.get(tier);
    if (before === undefined) throw new RangeError(`no tier ${tier}`);
    const after = { ...before, ...change };
    this.#tiers.set(tier, after);
    return after;
  }
}
