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
  /** The picture shown last. @type {{ rtpTimestamp: number, displayMs: number } | null} */
  #newest = null;
  #clock;
  #session;
  #events;
  #stopped = false;

  static get isPossible() {
    return 'RTCPeerConnection' in window;
  }

  /** @param {import('./way.js').WayRequest} request */
  constructor({ camera, name, tier, clock, events }) {
    this.#clock = clock;
    this.#events = events;
    this.element.muted = true;
    this.element.autoplay = true;
    this.element.playsInline = true;
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

  /** @param {import('./viewer-facts.js').Facts | null} facts */
  figures(facts) {
    const nowMs = performance.now();
    return {
      fps: this.#meter.fps(nowMs),
      delayMs: this.#delayMs(facts),
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
    const next = (_, { presentationTime, expectedDisplayTime, rtpTimestamp }) => {
      if (rtpTimestamp !== undefined) this.#newest = { rtpTimestamp, displayMs: expectedDisplayTime };
      this.#shown(presentationTime);
      if (!this.#stopped) element.requestVideoFrameCallback(next);
    };
    element.requestVideoFrameCallback(next);
  }

  /** @param {number} atMs */
  #shown(atMs) {
    if (this.#stopped) return;
    this.#meter.add(atMs, null);
    this.#events.picture();
  }

  /** By when the server captured the picture with that RTP timestamp. @param {import('./viewer-facts.js').Facts | null} facts */
  #delayMs(facts) {
    const rtp = facts?.rtp;
    const displayMs = this.#clock.at(this.#newest?.displayMs ?? 0);
    if (!rtp || displayMs === null || this.#newest === null) return null;
    // The difference of two timestamps that wrap.
    const ticks = (this.#newest.rtpTimestamp - rtp.timestamp) | 0;
    return Math.max(0, displayMs - rtp.unix_ms - ticks / 90);
  }
}
