import { type ClientRequest, get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { networkCause } from '../network-cause.js';
import type { Cause } from '../supervisor.js';
import { authorize, basicAuthorization, type Credentials, mayKeepCredentials } from './authorization.js';
import { boundaryOf, MultipartParser } from './multipart.js';

export interface MjpegReaderHandlers {
  /** One JPEG as the camera sent it, not checked; its bytes stay valid. */
  onPart(jpeg: Uint8Array): void;
  /** The stream is over. Called at most once, and not after `close()`. */
  onFault(cause: Cause): void;
}

const mostRedirects = 5;
const connectTimeoutMs = 5000;

/**
 * Reads one HTTP MJPEG camera, from its construction until it fails or is closed. Owns the request in flight and its
 * socket; `close()` destroys both and is idempotent. A camera that stays silent is the watchdog's matter.
 */
export class MjpegReader {
  readonly #handlers: MjpegReaderHandlers;
  #request: ClientRequest | undefined;
  #closed = false;

  constructor(url: string, handlers: MjpegReaderHandlers) {
    this.#handlers = handlers;
    this.#open(new URL(url), credentialsOf(new URL(url)), undefined, 0);
  }

  close(): void {
    this.#closed = true;
    this.#request?.destroy();
    this.#request = undefined;
  }

  #open(url: URL, credentials: Credentials | null, authorization: string | undefined, hops: number): void {
    try {
      this.#request = this.#send(url, credentials, authorization, hops);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#fail({ code: 'settings', message: `${url.host} can't be asked: ${reason}`, permanent: true });
    }
  }

  /** Throws where a header can't hold what it should, as a user name with a line end in it. */
  #send(url: URL, credentials: Credentials | null, authorization: string | undefined, hops: number): ClientRequest {
    const get = url.protocol === 'https:' ? httpsGet : httpGet;
    const target = new URL(url);
    target.username = '';
    target.password = '';
    const headers = {
      accept: 'multipart/x-mixed-replace, image/jpeg;q=0.9, */*;q=0.1',
      'user-agent': 'lenscast',
      ...(authorization === undefined ? {} : { authorization }),
    };
    // No agent: the socket is this request's alone and goes with it.
    const request = get(target, { headers, agent: false, timeout: connectTimeoutMs }, (response) => {
      request.setTimeout(0);
      response.on('error', (error) => this.#fail(networkCause(error, url.host)));
      this.#answer(response, url, credentials, authorization, hops);
    });
    request.on('timeout', () => {
      const error = new Error(`no answer within ${connectTimeoutMs / 1000} s`);
      request.destroy(Object.assign(error, { code: 'ETIMEDOUT' }));
    });
    request.on('error', (error) => this.#fail(networkCause(error, url.host)));
    return request;
  }

  #answer(
    response: IncomingMessage,
    url: URL,
    credentials: Credentials | null,
    sent: string | undefined,
    hops: number,
  ): void {
    const status = response.statusCode ?? 0;
    const again = (next: URL, user: Credentials | null, authorization: string | undefined) => {
      response.destroy();
      if (!this.#closed) this.#open(next, user, authorization, hops + 1);
    };
    if (status === 401 && sent === undefined && credentials !== null) {
      const challenge = String(response.headers['www-authenticate'] ?? '');
      const authorization = authorize(challenge, credentials, { method: 'GET', target: url.pathname + url.search });
      again(url, credentials, authorization ?? basicAuthorization(credentials));
    } else if (status >= 300 && status < 400 && response.headers.location !== undefined && hops < mostRedirects) {
      const next = resolve(response.headers.location, url);
      if (next === null) this.#fail(statusCause(status));
      else again(next, mayKeepCredentials(url, next) ? credentials : credentialsOf(next), undefined);
    } else if (status === 401 && credentials === null) {
      this.#fail({
        code: 'unauthorized',
        message: '401 from the camera: it wants a user and a password',
        permanent: true,
      });
    } else if (status !== 200) this.#fail(statusCause(status));
    else this.#read(response);
  }

  #read(response: IncomingMessage): void {
    const contentType = response.headers['content-type'] ?? '';
    const boundary = boundaryOf(contentType);
    if (boundary === null || boundary === '') {
      const what = contentType === '' ? 'no content type' : contentType.slice(0, 80);
      this.#fail({
        code: 'not-mjpeg',
        message: `the camera answers ${what} instead of an MJPEG stream`,
        // Some say with a page that they start.
        permanent: false,
      });
      return;
    }
    const parser = new MultipartParser(boundary, (jpeg) => {
      if (!this.#closed) this.#handlers.onPart(jpeg);
    });
    response.on('data', (chunk: Buffer) => {
      try {
        parser.write(chunk);
      } catch (error) {
        const message = `the camera's stream can't be read: ${error instanceof Error ? error.message : String(error)}`;
        this.#fail({ code: 'bad-stream', message, permanent: false });
      }
    });
    response.on('end', () => this.#fail({ code: 'ended', message: 'the camera ended the stream', permanent: false }));
  }

  #fail(cause: Cause): void {
    if (this.#closed) return;
    this.close();
    this.#handlers.onFault(cause);
  }
}

function resolve(location: string, base: URL): URL | null {
  try {
    const url = new URL(location, base);
    return /^https?:$/.test(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

function credentialsOf(url: URL): Credentials | null {
  if (url.username === '' && url.password === '') return null;
  return { user: decode(url.username), password: decode(url.password) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function statusCause(status: number): Cause {
  if (status === 401 || status === 403) {
    return { code: 'unauthorized', message: `${status} from the camera: user or password is wrong`, permanent: true };
  }
  return { code: 'http-status', message: `${status} from the camera`, permanent: false };
}
