import { Backoff } from './backoff.js';
import { Failure } from './way.js';

/**
 * A way to watch, as far as the player knows it.
 *
 * @typedef {object} WayKind
 * @property {string} name
 * @property {boolean} isPossible whether this browser can
 * @property {(tier: string) => boolean} has whether a tier can be watched so
 * @property {number} limitMs given up where it shows no picture for so long
 * @property {(tier: string, events: import('./way.js').WayEvents) => import('./way.js').Way} open
 *
 * @typedef {object} PlayerOptions
 * @property {readonly WayKind[]} kinds best first
 * @property {HTMLElement} stage where the ways' elements go; the one to be seen has the class `shown`
 * @property {(viewer: string, tier: string) => Promise<boolean>} move gives a viewer another tier, where it can
 * @property {() => void} onChange another way is shown, or none, or there is trouble
 *
 * @typedef {object} Attempt
 * @property {number} rank
 * @property {import('./way.js').Way} way
 * @property {number} sinceMs when it began, and from its first picture on when that was; by performance.now()
 * @property {number} heardMs when its last picture came, or when it began
 * @property {ReturnType<typeof setTimeout>} patience
 */

/** Without a picture for so long, the next way is tried beside. */
const patienceMs = 4000;
const lookEveryMs = 1000;
/** A way that played for so long is worth another try at once. */
const provenMs = 10_000;

/**
 * Shows the camera by the best way that works. A way that gives no picture in time gets company from the next one, and
 * whichever has the first picture is shown, until a better one has one too. What failed for the moment is tried again
 * later. Owns what is open and its timers; `stop()` ends all of it, `start()` begins anew.
 */
export class Player {
  #options;
  #tier = 'auto';
  /** @type {Attempt | null} */
  #shown = null;
  /** The one that is shown too. @type {Set<Attempt>} */
  #attempts = new Set();
  /** Ranks of the ways that can't work, however often they are tried. @type {Set<number>} */
  #hopeless = new Set();
  #again = new Backoff(1000, 15_000);
  #better = new Backoff(15_000, 300_000);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #watch;
  #lookedMs = 0;
  /** @type {string | null} */
  #trouble = null;

  /** @param {PlayerOptions} options */
  constructor(options) {
    this.#options = options;
  }

  get isRunning() {
    return this.#watch !== undefined;
  }

  /** What is shown, and by which way; null before the first picture. */
  get shown() {
    return this.#shown === null ? null : { name: this.#kind(this.#shown).name, way: this.#shown.way };
  }

  /** Why there is no picture; null where nothing is known to be wrong. */
  get trouble() {
    return this.#trouble;
  }

  /** auto or the tier that was chosen. */
  get tier() {
    return this.#tier;
  }

  start() {
    if (this.isRunning) return;
    this.#hopeless.clear();
    this.#again.reset();
    this.#better.reset();
    this.#lookedMs = performance.now();
    this.#watch = setInterval(() => this.#look(), lookEveryMs);
    this.#tryFrom(0);
  }

  stop() {
    clearInterval(this.#watch);
    clearTimeout(this.#timer);
    this.#watch = undefined;
    for (const attempt of [...this.#attempts]) this.#end(attempt);
    this.#tell(null);
  }

  /** @param {string} tier */
  async choose(tier) {
    this.#tier = tier;
    for (const attempt of [...this.#attempts]) if (attempt !== this.#shown) this.#end(attempt);
    const shown = this.#shown;
    const viewer = shown !== null && this.#kind(shown).has(tier) ? shown.way.viewer : null;
    const isMoved = viewer !== null && (await this.#options.move(viewer, tier).catch(() => false));
    if (!this.isRunning || shown !== this.#shown || tier !== this.#tier) return;
    if (shown !== null && !isMoved) this.#end(shown);
    // A better way may have this tier.
    this.#tryFrom(0);
  }

  /** The server doesn't know the viewer that is shown, or doesn't answer. */
  lost() {
    if (this.#shown !== null) this.#onFailure(this.#shown, new Failure('the server does not answer'));
  }

  /** @param {Attempt} attempt */
  #kind({ rank }) {
    return /** @type {WayKind} */ (this.#options.kinds[rank]);
  }

  /** Opens the next way from a rank on that is better than what is shown. @param {number} rank */
  #tryFrom(rank) {
    clearTimeout(this.#timer);
    const most = this.#shown?.rank ?? this.#options.kinds.length;
    const open = new Set([...this.#attempts].map((attempt) => attempt.rank));
    for (let next = rank; next < most; next++) {
      if (this.#isWorthATry(next) && !open.has(next)) return this.#open(next);
    }
    if (this.#shown !== null) this.#tryBetterLater();
    else if (open.size === 0) this.#timer = setTimeout(() => this.#tryFrom(0), this.#again.next());
  }

  /** Nothing where a better one is being tried: its end leads here. */
  #tryBetterLater() {
    clearTimeout(this.#timer);
    const shown = this.#shown?.rank ?? 0;
    const better = [...this.#options.kinds.keys()].slice(0, shown);
    const isTrying = [...this.#attempts].some(({ rank }) => rank < shown);
    if (isTrying || !better.some((rank) => this.#isWorthATry(rank))) return;
    this.#timer = setTimeout(() => this.#tryFrom(0), this.#better.next());
  }

  /** @param {number} rank */
  #isWorthATry(rank) {
    const kind = this.#options.kinds[rank];
    return kind?.isPossible === true && kind.has(this.#tier) && !this.#hopeless.has(rank);
  }

  /** @param {number} rank */
  #open(rank) {
    const { kinds, stage } = this.#options;
    const kind = /** @type {WayKind} */ (kinds[rank]);
    const nowMs = performance.now();
    /** @type {Attempt} */
    const attempt = {
      rank,
      sinceMs: nowMs,
      heardMs: nowMs,
      way: kind.open(this.#tier, {
        picture: () => this.#onPicture(attempt),
        failed: (failure) => this.#onFailure(attempt, failure),
      }),
      patience: setTimeout(() => {
        if (this.#shown === null) this.#tryFrom(rank + 1);
      }, patienceMs),
    };
    this.#attempts.add(attempt);
    stage.append(attempt.way.element);
  }

  /** @param {Attempt} attempt */
  #onPicture(attempt) {
    if (!this.#attempts.has(attempt)) return;
    attempt.heardMs = performance.now();
    if (attempt === this.#shown) return;
    attempt.sinceMs = attempt.heardMs;
    this.#shown = attempt;
    attempt.way.element.classList.add('shown');
    for (const other of [...this.#attempts]) if (other.rank > attempt.rank) this.#end(other);
    this.#tell(null);
    this.#tryBetterLater();
  }

  /**
   * @param {Attempt} attempt
   * @param {Failure} failure
   */
  #onFailure(attempt, failure) {
    if (!this.#attempts.has(attempt)) return;
    const isProven = attempt === this.#shown && performance.now() - attempt.sinceMs > provenMs;
    // The tiers may be other ones by now.
    const isTierGone = failure.code === 'TIER_NOT_FOUND' && this.#tier !== 'auto';
    if (isTierGone) this.#tier = 'auto';
    else if (failure.isPermanent) this.#hopeless.add(attempt.rank);
    this.#end(attempt);
    if (this.#shown === null) this.#tell(failure.message);
    if (isProven) this.#again.reset();
    this.#tryFrom(isProven || isTierGone ? attempt.rank : attempt.rank + 1);
  }

  #look() {
    const nowMs = performance.now();
    // A hidden page gets no pictures to show, and one that slept may have some waiting.
    const isBlind = document.hidden || nowMs - this.#lookedMs > 3 * lookEveryMs;
    this.#lookedMs = nowMs;
    for (const attempt of [...this.#attempts]) {
      if (isBlind) attempt.heardMs = nowMs;
      const isSilent = nowMs - attempt.heardMs > this.#kind(attempt).limitMs;
      if (isSilent) this.#onFailure(attempt, new Failure('no picture came'));
    }
  }

  /** @param {string | null} trouble */
  #tell(trouble) {
    this.#trouble = trouble;
    this.#options.onChange();
  }

  /** @param {Attempt} attempt */
  #end(attempt) {
    clearTimeout(attempt.patience);
    this.#attempts.delete(attempt);
    if (attempt === this.#shown) this.#shown = null;
    attempt.way.stop();
    attempt.way.element.remove();
  }
}
