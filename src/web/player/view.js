/** @param {string} id */
function find(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * @typedef {object} Shown
 * @property {string | null} way
 * @property {string | null} tier
 * @property {string} choice auto, or the tier that was chosen
 * @property {number} width
 * @property {number} height
 * @property {number | null} fps
 * @property {number | null} delayMs
 */

/** @type {Readonly<Record<string, string>>} */
const wayNames = { webrtc: 'WebRTC', websocket: 'WebSocket', mjpeg: 'MJPEG' };
/** @type {Readonly<Record<string, string>>} */
const stateWords = {
  idle: 'at rest',
  starting: 'starting',
  live: 'live',
  degraded: 'live, not as it should be',
  recovering: 'lost, trying again',
  failed: 'does not work',
};

/** The page's elements, and what stands in them. */
export class View {
  stage = find('stage');
  choice = /** @type {HTMLSelectElement} */ (find('choice'));
  pause = /** @type {HTMLButtonElement} */ (find('pause'));
  fullScreen = /** @type {HTMLButtonElement} */ (find('full-screen'));

  /**
   * @param {string} state
   * @param {string | null} cause
   */
  showState(state, cause) {
    document.body.dataset.state = state;
    const words = stateWords[state] ?? state;
    write('state', cause === null ? words : `${words}: ${cause}`);
  }

  showSilence() {
    document.body.dataset.state = 'failed';
    write('state', 'the server does not answer');
  }

  /** What stands over the picture, or in its place; null for nothing. @param {string | null} words */
  showNotice(words) {
    const notice = find('notice');
    notice.hidden = words === null;
    if (words !== null) write('notice', words);
  }

  /** @param {Shown} shown */
  showFigures({ way, tier, choice, width, height, fps, delayMs }) {
    document.body.dataset.way = way ?? '';
    document.body.dataset.tier = tier ?? '';
    write('way', way === null ? '–' : (wayNames[way] ?? way));
    write('tier', tier === null ? '–' : choice === 'auto' ? `${tier} (auto)` : tier);
    write('size', width === 0 ? '–' : `${width}×${height}`);
    write('fps', fps === null ? '–' : `${fps.toFixed(1)} fps`);
    write(
      'delay',
      delayMs === null ? '–' : `${delayMs < 1000 ? delayMs.toFixed(0) : Math.round(delayMs / 100) * 100} ms`,
    );
    if (this.choice.value !== choice) this.choice.value = choice;
  }

  /** @param {boolean} isPaused */
  showPaused(isPaused) {
    this.pause.textContent = isPaused ? 'Play' : 'Pause';
  }

  /** The tiers that can be chosen. @param {readonly string[]} tiers */
  offer(tiers) {
    const wanted = ['auto', ...tiers];
    const { options, value } = this.choice;
    if ([...options].map((option) => option.value).join() === wanted.join()) return;
    options.length = 0;
    for (const tier of wanted) options.add(new Option(tier, tier));
    this.choice.value = value;
  }
}

/**
 * Leaves what is the same: a screen reader would say it again.
 * @param {string} id
 * @param {string} words
 */
function write(id, words) {
  const element = find(id);
  if (element.textContent !== words) element.textContent = words;
}
