import { type IceServer, iceServerUrl } from '../core/ice-server.js';

/** An ICE server as browsers take it (`RTCIceServer`). */
export interface BrowserIceServer {
  readonly urls: string;
  readonly username?: string;
  readonly credential?: string;
}

export function browserIceServer(server: IceServer): BrowserIceServer {
  const { login } = server;
  const urls = iceServerUrl(server);
  return login === undefined ? { urls } : { urls, username: login.username, credential: login.password };
}

/** A `Link` header for each (RFC 9725, 4.6); undefined where there is none. */
export function iceLinks(servers: readonly IceServer[]): string | undefined {
  const links = servers.map(browserIceServer).map(({ urls, username, credential }) => {
    const quoted = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`;
    const login =
      username === undefined || credential === undefined
        ? ''
        : `; username=${quoted(username)}; credential=${quoted(credential)}; credential-type="password"`;
    return `<${urls}>; rel="ice-server"${login}`;
  });
  return links.length === 0 ? undefined : links.join(', ');
}
