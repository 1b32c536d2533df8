import { iceServersOf } from './ice-servers.js';
import { Trickle } from './trickle.js';
import { Failure, failureOf, toFailure } from './way.js';

const disconnectedMs = 5000;

/**
 * One WHEP session (draft-ietf-wish-whep): the server offers nothing, the browser asks to receive one video. Begins with
 * its construction; ends with `close()`, or with one call of `failed`. Owns the connection and the server's resource.
 */
export class WhepSession {
  #endpoint;
  #on;
  /** @type {RTCPeerConnection | null} */
  #connection = null;
  #trickle = new Trickle();
  /** @type {URL | null} */
  #resource = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #patience;
  #closed = false;

  /**
   * @param {URL} endpoint
   * @param {{ track: (track: MediaStreamTrack) => void, failed: (failure: Failure) => void }} on
   */
  constructor(endpoint, on) {
    this.#endpoint = endpoint;
    this.#on = on;
    this.#open().catch((error) => this.#fail(toFailure(error)));
  }

  /** Null until the server has taken the offer. */
  get id() {
    return this.#resource === null ? null : (this.#resource.pathname.split('/').at(-1) ?? null);
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#patience);
    this.#trickle.close();
    // Before the connection ends: then the server knows why.
    this.#leave();
    this.#connection?.close();
  }

  async #open() {
    const connection = this.#connect(await this.#iceServers());
    if (connection === null) return;
    await connection.setLocalDescription();
    const offer = connection.localDescription?.sdp ?? '';
    const headers = { 'Content-Type': 'application/sdp', Accept: 'application/sdp' };
    const answer = await fetch(this.#endpoint, { method: 'POST', headers, body: offer });
    if (answer.status !== 201) throw await failureOf(answer);
    const location = answer.headers.get('Location');
    if (location === null) throw new Failure('the server names no session', { isPermanent: true });
    this.#resource = new URL(location, this.#endpoint);
    // It was left meanwhile.
    if (this.#closed) return this.#leave();
    const sdp = await answer.text();
    if (this.#closed) return;
    await connection.setRemoteDescription({ type: 'answer', sdp });
    this.#trickle.open(this.#resource, answer.headers.get('ETag'), offer);
  }

  async #iceServers() {
    const answer = await fetch(this.#endpoint, { method: 'OPTIONS' });
    if (!answer.ok) throw await failureOf(answer);
    const allowed = answer.headers.get('Allow') ?? answer.headers.get('Access-Control-Allow-Methods') ?? 'POST';
    if (!allowed.includes('POST')) throw new Failure('the server has no WebRTC', { isPermanent: true });
    return iceServersOf(answer.headers.get('Link'));
  }

  /** @param {RTCIceServer[]} iceServers */
  #connect(iceServers) {
    if (this.#closed) return null;
    const connection = new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle' });
    this.#connection = connection;
    connection.onicecandidate = ({ candidate }) => this.#trickle.add(candidate?.candidate || null);
    connection.onconnectionstatechange = () => this.#follow(connection.connectionState);
    connection.ontrack = ({ track, receiver }) => {
      playAtOnce(receiver);
      this.#on.track(track);
    };
    const { receiver } = connection.addTransceiver('video', { direction: 'recvonly' });
    playAtOnce(receiver);
    return connection;
  }

  /** @param {RTCPeerConnectionState} state */
  #follow(state) {
    clearTimeout(this.#patience);
    if (state === 'failed') this.#fail(new Failure('no way to the server was found, or it was lost'));
    if (state !== 'disconnected') return;
    // A moment without an answer is nothing yet.
    this.#patience = setTimeout(() => this.#fail(new Failure('the connection was lost')), disconnectedMs);
  }

  /** @param {Failure} failure */
  #fail(failure) {
    if (this.#closed) return;
    this.close();
    this.#on.failed(failure);
  }

  #leave() {
    if (this.#resource === null) return;
    fetch(this.#resource, { method: 'DELETE', keepalive: true }).catch(() => undefined);
  }
}

/** No more waiting than the network's jitter demands: the newest picture counts. @param {RTCRtpReceiver} receiver */
function playAtOnce(receiver) {
  if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
  if ('playoutDelayHint' in receiver) receiver.playoutDelayHint = 0;
}
