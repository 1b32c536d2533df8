import { firstTier, putInBounds } from '../../adaptation/place.js';
import type { Camera } from '../../camera/camera.js';
import { LensError, quote, toProblem } from '../../core/errors.js';
import type { TierChoice } from '../../hub/viewer-registry.js';
import type { WebSocketConnection } from '../../transports/websocket/connection.js';
import type { FrameWatch } from '../../transports/websocket/watch.js';
import type { Services } from '../environment.js';
import type { ClientMessage, ServerMessage } from '../schemas/messages.js';
import { tiersKnown } from '../tiers-known.js';
import { labelsOf, parseClientMessage } from './client-message.js';

type SessionServices = Pick<Services, 'cameras' | 'viewers' | 'webSockets' | 'log'>;
type MessageOf<Type extends ClientMessage['type']> = Extract<ClientMessage, { readonly type: Type }>;

/**
 * What one client asks for over its WebSocket: its watches by camera. Messages are handled one after the other; the
 * client's next ones wait in its socket meanwhile.
 */
export class EventSession {
  /** The only camera that it may ask for; null for all. */
  readonly camera: string | null;
  readonly #connection: WebSocketConnection;
  readonly #services: SessionServices;
  readonly #watches = new Map<string, FrameWatch>();
  #handling: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(connection: WebSocketConnection, camera: string | null, services: SessionServices) {
    this.#connection = connection;
    this.camera = camera;
    this.#services = services;
  }

  send(message: ServerMessage): void {
    this.#connection.send(JSON.stringify(message));
  }

  /** Sends what {@link send} would make of a message: made once for many. */
  sendText(text: string): void {
    this.#connection.send(text);
  }

  end(code: number, reason: string): void {
    this.#connection.close(code, reason);
  }

  onText(text: string): void {
    this.#waiting++;
    this.#connection.pause();
    this.#handling = this.#handling
      .then(() => this.#handle(text))
      .finally(() => {
        this.#waiting--;
        if (this.#waiting === 0) this.#connection.resume();
      });
  }

  async #handle(text: string): Promise<void> {
    if (!this.#connection.isOpen) return;
    try {
      await this.#obey(parseClientMessage(text));
    } catch (error) {
      const problem = toProblem(error);
      if (problem.code === 'INTERNAL') this.#services.log.error(`a message failed: ${String(error)}`);
      this.send({ type: 'error', ...labelsOf(text), problem: { ...problem } });
    }
  }

  async #obey(message: ClientMessage): Promise<void> {
    switch (message.type) {
      case 'watch':
        return this.#watch(message);
      case 'credit':
        return this.#watchOf(message).grant(message.frames);
      case 'tier':
        return this.#change(message);
      case 'unwatch':
        return this.#watchOf(message).close();
    }
  }

  async #watch({ tier = 'auto', fps = null, frames = 0, ...named }: MessageOf<'watch'>): Promise<void> {
    const { id } = this.#cameraOf(named);
    if (this.#watches.has(id)) {
      const hint = 'Change it with tier, or end it with unwatch.';
      throw new LensError('ALREADY_WATCHED', `The camera ${quote(id)} is watched on this connection.`, { hint });
    }
    await tiersKnown(this.#cameraOf(named));
    // The camera may have gone meanwhile.
    const camera = this.#cameraOf(named);
    const choice: TierChoice = tier === 'auto' ? { mode: 'auto' } : { mode: 'fixed', fixedTier: tier };
    const first = firstTier(camera, 'jpeg', choice);
    const channelOf = (name: string) => camera.channel(name);
    // And so may the client.
    if (!this.#connection.isOpen) return;
    const index = this.#freeIndex();
    const onClose = () => {
      this.#watches.delete(id);
      this.send({ type: 'unwatched', camera: id, index });
    };
    const request = { camera: id, tier: first, channelOf, choice, maxFps: fps, index, onClose };
    const watch = this.#services.webSockets.watch(this.#connection, request);
    this.#watches.set(id, watch);
    this.#answer(watch);
    watch.grant(frames);
  }

  #change({ tier, fps, ...named }: MessageOf<'tier'>): void {
    const watch = this.#watchOf(named);
    const camera = this.#services.cameras.get(watch.camera);
    if (tier !== undefined) {
      if (tier !== 'auto') camera.channel(tier);
      watch.pinTo(tier === 'auto' ? null : tier);
      putInBounds(camera, watch, this.#services.viewers, 'request');
    }
    if (fps !== undefined) watch.limitTo(fps);
    this.#answer(watch);
  }

  #answer({ camera, index, id, tier }: FrameWatch): void {
    this.send({ type: 'watching', camera, index, viewer: id, tier });
  }

  #watchOf(named: { readonly camera?: string | undefined }): FrameWatch {
    const { id } = this.#cameraOf(named);
    const watch = this.#watches.get(id);
    if (watch !== undefined) return watch;
    throw new LensError('NOT_WATCHED', `The camera ${quote(id)} is not watched on this connection.`);
  }

  #cameraOf({ camera }: { readonly camera?: string | undefined }): Camera {
    const id = camera ?? this.camera;
    if (id === null) throw new LensError('MESSAGE_INVALID', 'camera is missing; this connection is to all cameras.');
    if (this.camera !== null && id !== this.camera) {
      const message = `camera is ${quote(id)}; this connection is to ${quote(this.camera)} alone.`;
      throw new LensError('MESSAGE_INVALID', message, { hint: 'Connect to /api/events for any camera.' });
    }
    return this.#services.cameras.get(id);
  }

  #freeIndex(): number {
    const taken = new Set([...this.#watches.values()].map(({ index }) => index));
    let index = 0;
    while (taken.has(index)) index++;
    return index;
  }
}
