/** An ICE server as browsers take it (`RTCIceServer`). */
export interface IceServer {
  readonly urls: string;
  readonly username?: string;
  readonly credential?: string;
}

/** Reads `stun:HOST:PORT` or `turn:USER:PASSWORD@HOST:PORT`. */
export function parseIceServer(text: string): IceServer {
  const [, scheme, username, credential, rest] = /^(turns?):([^:@]+):([^@]+)@(.+)$/.exec(text) ?? [];
  if (scheme === undefined || username === undefined || credential === undefined) return { urls: text };
  return { urls: `${scheme}:${rest}`, username, credential };
}

/** A `Link` header for each (RFC 9725, 4.6); undefined where there is none. */
export function iceLinks(servers: readonly string[]): string | undefined {
  const links = servers.map(parseIceServer).map(({ urls, username, credential }) => {
    const quoted = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`;
    const login =
      username === undefined || credential === undefined
        ? ''
        : `; username=${quoted(username)}; credential=${quoted(credential)}; credential-type="password"`;
    return `<${urls}>; rel="ice-server"${login}`;
  });
  return links.length === 0 ? undefined : links.join(', ');
}
