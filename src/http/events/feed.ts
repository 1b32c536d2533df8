import type { ServerEvent } from '../../hub/events.js';
import { CLOSE, type WebSocketConnection } from '../../transports/websocket/connection.js';
import type { Services } from '../environment.js';
import { helloOf, messageOf } from './server-message.js';
import { EventSession } from './session.js';

type FeedServices = Pick<Services, 'cameras' | 'viewers' | 'webSockets' | 'events' | 'log' | 'version'>;

/** Tells every session what happens, each event made into a text once. Lives as long as the server. */
export class EventFeed {
  readonly #services: FeedServices;
  readonly #sessions = new Set<EventSession>();

  constructor(services: FeedServices) {
    this.#services = services;
    services.events.listen((event) => this.#tell(event));
  }

  /** Begins a session over a connection, to one camera or (null) to all. */
  join(connection: WebSocketConnection, camera: string | null) {
    const { cameras, viewers, version } = this.#services;
    const session = new EventSession(connection, camera, this.#services);
    const shown = cameras.all().filter(({ id }) => camera === null || id === camera);
    session.send(helloOf(shown, viewers, version));
    this.#sessions.add(session);
    return {
      onText: (text: string) => session.onText(text),
      onClose: () => this.#sessions.delete(session),
    };
  }

  #tell(event: ServerEvent): void {
    if (this.#sessions.size === 0) return;
    const message = messageOf(event, this.#services);
    if (message === null) return;
    const text = JSON.stringify(message);
    for (const session of [...this.#sessions]) {
      if (session.camera === null || (event.type !== 'cameras' && session.camera === event.camera)) {
        session.sendText(text);
      } else if (event.type === 'cameras' && !this.#has(session.camera)) {
        session.end(CLOSE.normal, 'the camera is no longer configured');
      }
    }
  }

  #has(camera: string): boolean {
    return this.#services.cameras.all().some(({ id }) => id === camera);
  }
}
