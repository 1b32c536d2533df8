import { FrameMeter } from './frame-meter.js';
import { Failure } from './way.js';

const headerBytes = 20;
// One is on its way while another is painted; so many tell the server that it sets the pace.
const framesInAdvance = 2;

/**
 * Watches by JPEGs over a WebSocket.
 * @implements {Way}
 * @typedef {import('./way.js').Way} Way
 */
export class WebSocketWay {
  element = document.createElement('canvas');
  /** @type {string | null} */
  viewer = null;
  #meter = new FrameMeter();
  #context = this.element.getContext('bitmaprenderer');
  #socket;
  #clock;
  #events;
  /** The numbers of pictures, in the order of their arrival: of the next one, and of the one that is shown. */
  #arrived = 0;
  #painted = 0;
  #stopped = false;

  static get isPossible() {
    return 'WebSocket' in window && 'createImageBitmap' in window;
  }

  /** @param {import('./way.js').WayRequest} request */
  constructor({ camera, name, tier, clock, events }) {
    this.#clock = clock;
    this.#events = events;
    this.element.role = 'img';
    this.element.ariaLabel = `Live picture of ${name}`;
    const url = new URL('ws', camera);
    url.protocol = url.protocol.replace('http', 'ws');
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onopen = () => this.#send({ type: 'watch', tier, frames: framesInAdvance });
    this.#socket.onmessage = ({ data }) => {
      if (typeof data === 'string') this.#onText(JSON.parse(data));
      else this.#paint(data);
    };
    this.#socket.onclose = () => this.#fail(new Failure('the WebSocket was closed, or did not open'));
  }

  figures() {
    const nowMs = performance.now();
    const { width, height } = this.element;
    return { fps: this.#meter.fps(nowMs), delayMs: this.#meter.delayMs(nowMs), width, height };
  }

  stop() {
    this.#stopped = true;
    this.#socket.close();
  }

  /** @param {Record<string, unknown>} message */
  #send(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** @param {any} message as `ServerMessage` has it */
  #onText(message) {
    if (message.type === 'watching') this.viewer = message.viewer;
    if (message.type === 'unwatched') this.#fail(new Failure('the server ended it'));
    if (message.type !== 'error') return;
    const { code, detail, status } = message.problem;
    this.#fail(new Failure(detail, { code, isPermanent: status < 500 }));
  }

  /** @param {ArrayBuffer} data a header (see `GET /cameras/{id}/ws` in the API’s description), then a JPEG */
  async #paint(data) {
    const number = this.#arrived++;
    const capturedMs = Number(new DataView(data).getBigUint64(8)) / 1000;
    try {
      const jpeg = new Blob([new Uint8Array(data, headerBytes)], { type: 'image/jpeg' });
      const bitmap = await createImageBitmap(jpeg);
      if (this.#stopped) return bitmap.close();
      // Two are decoded at once, and the newer one may be ready first.
      if (number < this.#painted) bitmap.close();
      else this.#show(bitmap, capturedMs);
      this.#painted = Math.max(number, this.#painted);
    } catch {
      // A broken picture: the next one may be well.
    }
    this.#send({ type: 'credit', frames: 1 });
  }

  /**
   * @param {ImageBitmap} bitmap
   * @param {number} capturedMs Unix
   */
  #show(bitmap, capturedMs) {
    const { element } = this;
    const { width, height } = bitmap;
    if (element.width !== width || element.height !== height) Object.assign(element, { width, height });
    this.#context?.transferFromImageBitmap(bitmap);
    const nowMs = performance.now();
    const wallMs = this.#clock.at(nowMs);
    this.#meter.add(nowMs, wallMs === null ? null : Math.max(0, wallMs - capturedMs));
    this.#events.picture();
  }

  /** @param {Failure} failure */
  #fail(failure) {
    if (this.#stopped) return;
    this.stop();
    this.#events.failed(failure);
  }
}
