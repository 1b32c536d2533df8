/** Keeps passwords out of logs, errors and API answers. User names stay: they help to find the mistake. */

const MASK = '***';

/**
 * Names of query parameters whose values are secrets, as cameras spell them (`password`, `loginpas`, `psw`, `pwd`,
 * `user_pw`, `token`, `api_key`, `signature` …). Also found in paths: some recorders have
 * `/user=admin&password=secret&channel=1`. The bound on the name's tail keeps the search linear.
 */
const SECRET_PARAMETER = /((?:pas|psw|pwd|pw|token|secret|key|auth|sig|cred)[\w.-]{0,32})=[^&\s]*/gi;

/**
 * Masks the passwords of all URLs inside a text: `rtsp://user:***@host/`, `http://host/?password=***`. What counts as
 * one URL is everything from `://` to the next white space, and its password reaches to the last `@` in it, because
 * people write `@`, `/` and `:` into passwords without encoding them. So a URL with an `@` in its path may lose more
 * than its password; none ever loses less. A password with white space in it needs {@link maskUrl}.
 */
export function maskCredentials(text: string): string {
  let masked = '';
  let done = 0;
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', done)) {
    const start = at + 3;
    const end = endOfUrl(text, start);
    masked += text.slice(done, start) + maskAfterScheme(text.slice(start, end));
    done = end;
  }
  return masked + text.slice(done);
}

/**
 * Masks a text that is meant to be one URL, however badly it is written: with spaces in the password, with `rtsp:/`
 * or with no scheme at all (`admin:secret@10.0.0.7`).
 */
export function maskUrl(url: string): string {
  const at = url.indexOf('://');
  if (at !== -1) return url.slice(0, at + 3) + maskAfterScheme(url.slice(at + 3));
  return maskAfterScheme(url);
}

function endOfUrl(text: string, start: number): number {
  const space = text.slice(start).search(/\s/);
  return space === -1 ? text.length : start + space;
}

function maskAfterScheme(rest: string): string {
  return maskUserinfo(rest).replace(SECRET_PARAMETER, `$1=${MASK}`);
}

function maskUserinfo(rest: string): string {
  const at = rest.lastIndexOf('@');
  const colon = rest.indexOf(':');
  return colon === -1 || colon > at ? rest : `${rest.slice(0, colon + 1)}${MASK}${rest.slice(at)}`;
}
