import { Failure } from './way.js';

const lookEveryMs = 500;

/**
 * Watches by MJPEG in an `<img>`. The browser tells nothing of the pictures after the first one; the server does, to
 * whom the viewer names itself by a key.
 * @implements {Way}
 * @typedef {import('./way.js').Way} Way
 */
export class MjpegWay {
  element = document.createElement('img');
  /** @type {string | null} */
  viewer = null;
  #key = crypto.getRandomValues(new Uint32Array(2)).join('-');
  #camera;
  #events;
  #timer;
  #stopped = false;

  static isPossible = true;

  /** @param {import('./way.js').WayRequest} request */
  constructor({ camera, name, tier, events }) {
    this.#camera = camera;
    this.#events = events;
    this.element.alt = `Live picture of ${name}`;
    this.element.onerror = () => this.#fail(new Failure('the stream ended, or did not begin'));
    const url = new URL('stream', camera);
    for (const [name, value] of Object.entries({ tier, key: this.#key, ...haste() })) url.searchParams.set(name, value);
    this.element.src = url.href;
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
  }

  figures() {
    const { naturalWidth: width, naturalHeight: height } = this.element;
    return { fps: null, delayMs: null, width, height };
  }

  stop() {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.element.onerror = null;
    this.element.src = 'data:,';
  }

  async #look() {
    if (this.element.naturalWidth === 0) return;
    this.#events.picture();
    if (this.viewer === null) this.viewer = await this.#findViewer().catch(() => null);
  }

  async #findViewer() {
    const answer = await fetch(new URL('state', this.#camera), { cache: 'no-store' });
    /** @type {{ result: { stream: { clients_stat: Record<string, { key?: string }> } } }} */
    const { result } = await answer.json();
    return Object.entries(result.stream.clients_stat).find(([, { key }]) => key === this.#key)?.[0] ?? null;
  }

  /** @param {Failure} failure */
  #fail(failure) {
    if (this.#stopped) return;
    this.stop();
    this.#events.failed(failure);
  }
}

/** Chromium paints a part when it has read the headers of the next one, WebKit when the next one is there. */
function haste() {
  const agent = navigator.userAgent;
  if (/Chrom(e|ium)\//.test(agent)) return { advance_headers: '1' };
  return /AppleWebKit/.test(agent) ? { dual_final_frames: '1' } : {};
}
