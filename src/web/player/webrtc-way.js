import { FrameMeter } from './frame-meter.js';
import { WhepSession } from './whep-session.js';

/**
 * Watches by WebRTC.
 * @implements {Way}
 * @typedef {import('./way.js').Way} Way
 */
export class WebRtcWay {
  element = document.createElement('video');
  #meter = new FrameMeter();
  #session;
  #events;
  #stopped = false;

  static get isPossible() {
    return 'RTCPeerConnection' in window;
  }

  /** @param {import('./way.js').WayRequest} request */
  constructor({ camera, name, tier, events }) {
    this.#events = events;
    this.element.muted = true;
    this.element.autoplay = true;
    this.element.playsInline = true;
    this.element.disablePictureInPicture = false;
    this.element.ariaLabel = `Live picture of ${name}`;
    this.#watchFrames();
    const endpoint = new URL('whep', camera);
    endpoint.searchParams.set('tier', tier);
    this.#session = new WhepSession(endpoint, {
      track: (track) => this.#play(track),
      failed: (failure) => {
        this.stop();
        events.failed(failure);
      },
    });
  }

  get viewer() {
    return this.#session.id;
  }

  async figures() {
    const nowMs = performance.now();
    return {
      fps: this.#meter.fps(nowMs),
      delayMs: this.#meter.delayMs(nowMs),
      width: this.element.videoWidth,
      height: this.element.videoHeight,
    };
  }

  stop() {
    this.#stopped = true;
    this.#session?.close();
    this.element.srcObject = null;
  }

  /** @param {MediaStreamTrack} track */
  #play(track) {
    if (this.#stopped) return;
    this.element.srcObject = new MediaStream([track]);
    // Where it may not begin by itself, no picture comes, and another way is found.
    this.element.play().catch(() => undefined);
  }

  #watchFrames() {
    const { element } = this;
    if (!('requestVideoFrameCallback' in element)) {
      /** @type {HTMLVideoElement} */ (element).addEventListener('timeupdate', () => this.#shown(performance.now()));
      return;
    }
    /** @type {VideoFrameRequestCallback} */
    const next = (_, { presentationTime, expectedDisplayTime, captureTime }) => {
      this.#shown(presentationTime, captureTime === undefined ? null : expectedDisplayTime - captureTime);
      if (!this.#stopped) element.requestVideoFrameCallback(next);
    };
    element.requestVideoFrameCallback(next);
  }

  /**
   * @param {number} atMs
   * @param {number | null} [delayMs]
   */
  #shown(atMs, delayMs = null) {
    if (this.#stopped) return;
    this.#meter.add(atMs, delayMs);
    this.#events.picture();
  }
}
