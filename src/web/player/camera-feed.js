import { Backoff } from './backoff.js';

const pollEveryMs = 3000;

/**
 * @typedef {object} CameraStatus
 * @property {string} state
 * @property {{ message: string } | null} cause
 *
 * @typedef {object} FeedEvents
 * @property {(status: CameraStatus) => void} status
 * @property {(viewer: string, tier: string) => void} moved a viewer gets another tier
 * @property {() => void} tiers the camera has other tiers
 * @property {() => void} silence the server doesn't answer
 */

/**
 * What becomes of the camera: told over a WebSocket, asked for where none is open. Owns the socket and its timers until
 * `stop()`.
 */
export class CameraFeed {
  #socketUrl;
  #api;
  #on;
  #backoff = new Backoff(1000, 30_000);
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #poll;

  /**
   * @param {URL} socket
   * @param {URL} api `/api/cameras/:id`
   * @param {FeedEvents} on
   */
  constructor(socket, api, on) {
    this.#socketUrl = socket;
    this.#api = api;
    this.#on = on;
  }

  start() {
    this.stop();
    this.#poll = setInterval(() => this.#ask(), pollEveryMs);
    this.#ask();
    this.#connect();
  }

  stop() {
    clearInterval(this.#poll);
    clearTimeout(this.#timer);
    if (this.#socket !== null) this.#socket.onclose = null;
    this.#socket?.close();
    this.#socket = null;
  }

  #connect() {
    if (!('WebSocket' in window)) return;
    const socket = new WebSocket(this.#socketUrl);
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      this.#backoff.reset();
      this.#tell(JSON.parse(data));
    };
    socket.onclose = () => {
      this.#timer = setTimeout(() => this.#connect(), this.#backoff.next());
    };
  }

  /** @param {any} message as `ServerMessage` has it */
  #tell(message) {
    if (message.type === 'hello') this.#on.status(message.cameras[0]);
    if (message.type === 'state') this.#on.status(message);
    if (message.type === 'tier') this.#on.moved(message.viewer, message.to);
    if (message.type === 'tiers') this.#on.tiers();
  }

  async #ask() {
    const socket = this.#socket;
    if (socket !== null && socket.readyState === socket.OPEN) return;
    try {
      const answer = await fetch(this.#api, { cache: 'no-store' });
      const body = await answer.json();
      if (answer.ok) this.#on.status(body);
      else this.#on.status({ state: 'failed', cause: { message: body.detail } });
    } catch {
      this.#on.silence();
    }
  }
}
