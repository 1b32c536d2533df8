/** Source strings: where a camera's picture comes from. */

import { LensError, quote } from '../core/errors.js';
import { maskCredentials, maskUrl } from '../core/mask.js';

export type Source =
  /** A moving test pattern with a clock. */
  | { readonly kind: 'test' }
  /** A V4L2 capture device, for example `/dev/video0`. */
  | { readonly kind: 'v4l2'; readonly device: string }
  /** An `rtsp:` or `rtsps:` URL. */
  | { readonly kind: 'rtsp'; readonly url: string }
  /** An `http:` or `https:` URL of an MJPEG stream. */
  | { readonly kind: 'http'; readonly url: string }
  /** A video file; a relative path counts from the process's working directory. */
  | { readonly kind: 'file'; readonly path: string }
  /** A Jetson camera by its sensor number (`nvarguscamerasrc sensor-id`). */
  | { readonly kind: 'csi'; readonly sensor: number };

export type SourceKind = Source['kind'];

/** What a source may look like, for messages and documents. */
export const SOURCE_FORMS =
  'v4l2:/dev/video0, rtsp://…, rtsps://…, http://…, https://…, file:/path.mp4, test: or csi:0';

const MAX_LENGTH = 4096;
const MAX_SENSOR = 63;

/**
 * Parses a source string. `/dev/video0` alone means `v4l2:/dev/video0`.
 *
 * What comes out is safe to write between double quotes in a pipeline description, because none of its strings holds
 * a control character, a double quote or a backslash: those are refused everywhere. Beyond that,
 * - devices hold letters, digits and `/ . _ : + @ -` only, and no `..`;
 * - URLs hold printable ASCII without white space; characters that RFC 3986 doesn't allow are refused, `!` and `'`
 *   (which it allows) and other scripts are percent-encoded, and an `@` or `:` inside a password too;
 * - file paths may hold spaces, `!` and `'`. `file:///a%20b` is a URL and percent-decoded, `file:/a b` is taken as it
 *   stands.
 *
 * @throws LensError SOURCE_INVALID, naming what is allowed; passwords are masked in it.
 */
export function parseSource(text: string): Source {
  if (text.length > MAX_LENGTH) throw invalid(text, `it is longer than ${MAX_LENGTH} characters`);
  if (hasControlCharacter(text)) throw invalid(text, 'it holds control characters');
  if (text.startsWith('/dev/')) return { kind: 'v4l2', device: parseDevice(text, text) };
  const [, scheme = '', rest = ''] = /^([a-z0-9]+):(.*)$/isu.exec(text) ?? [];
  switch (scheme.toLowerCase()) {
    case 'test':
      if (rest !== '') throw invalid(text, 'nothing may follow "test:"');
      return { kind: 'test' };
    case 'v4l2':
      return { kind: 'v4l2', device: parseDevice(text, rest) };
    case 'rtsp':
    case 'rtsps':
      return { kind: 'rtsp', url: parseUrl(text, scheme, rest) };
    case 'http':
    case 'https':
      return { kind: 'http', url: parseUrl(text, scheme, rest) };
    case 'file':
      return { kind: 'file', path: parsePath(text, rest) };
    case 'csi':
      return { kind: 'csi', sensor: parseSensor(text, rest) };
    default:
      throw invalid(text, 'it does not start with a known scheme', suggestion(text));
  }
}

/** The source as people write it, passwords masked: for the API, logs and pages. */
export function formatSource(source: Source): string {
  switch (source.kind) {
    case 'test':
      return 'test:';
    case 'v4l2':
      return `v4l2:${source.device}`;
    case 'rtsp':
    case 'http':
      return maskCredentials(source.url);
    case 'file':
      return `file:${source.path}`;
    case 'csi':
      return `csi:${source.sensor}`;
  }
}

function parseDevice(text: string, device: string): string {
  if (!/^\/dev\/[\w/.:+@-]+$/.test(device) || device.split('/').includes('..')) {
    throw invalid(text, 'a device is a path such as /dev/video0');
  }
  return device;
}

function parseSensor(text: string, rest: string): number {
  if (!/^\d{1,2}$/.test(rest) || Number(rest) > MAX_SENSOR) {
    throw invalid(text, `a sensor is a number from 0 to ${MAX_SENSOR}`);
  }
  return Number(rest);
}

function parsePath(text: string, rest: string): string {
  let path = rest;
  if (rest.startsWith('//')) {
    const [, host, encoded = ''] = /^\/\/([^/]*)(.*)$/su.exec(rest) ?? [];
    if (host !== '' && host !== 'localhost') throw invalid(text, 'write file:/path or file:///path');
    path = decodePath(text, encoded);
  }
  if (path === '' || path.endsWith('/')) throw invalid(text, 'it names no file');
  if (/["\\]/.test(path) || hasControlCharacter(path)) {
    throw invalid(text, 'a path may not hold double quotes, backslashes or control characters');
  }
  return path;
}

function decodePath(text: string, encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw invalid(text, 'its percent-encoding is broken');
  }
}

const HOST = /^(?:\[[0-9a-f:.]+(?:%25[\w.-]+)?\]|[\w.-]+)$/i;
/** RFC 3986, section 2: reserved and unreserved characters, and `%` with two hexadecimal digits. */
const URL_TEXT = /^(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[0-9a-f]{2})*$/i;

function parseUrl(text: string, scheme: string, rest: string): string {
  if (!rest.startsWith('//')) throw invalid(text, `after "${scheme}:" comes "//"`);
  const afterSlashes = encodeOtherScripts(text, rest.slice(2));
  if (!URL_TEXT.test(afterSlashes)) {
    throw invalid(text, 'white space, quotes and other special characters must be percent-encoded (a space is %20)');
  }
  const split = afterSlashes.search(/[/?#]/);
  const authority = split === -1 ? afterSlashes : afterSlashes.slice(0, split);
  const path = split === -1 ? '' : afterSlashes.slice(split);
  const at = authority.lastIndexOf('@');
  const [, host = '', port] = /^(.*?)(?::(\d*))?$/.exec(authority.slice(at + 1)) ?? [];
  if (!HOST.test(host) || (port !== undefined && !isPort(port))) {
    throw invalid(
      text,
      'its host or port is not valid ("@", "/", "?" and "#" in a password are %40, %2F, %3F and %23)',
    );
  }
  const hostAndPort = port === undefined ? host : `${host}:${port}`;
  const url = `${encodeUserinfo(authority.slice(0, at + 1))}${hostAndPort}${path}`;
  return `${scheme.toLowerCase()}://${url.replaceAll('!', '%21').replaceAll("'", '%27')}`;
}

function isPort(port: string): boolean {
  return /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
}

/** `userinfo` is empty or ends with `@`. Only the first `:` and the last `@` keep their meaning. */
function encodeUserinfo(userinfo: string): string {
  if (userinfo === '') return '';
  const [, user = '', password] = /^([^:]*)(?::(.*))?$/.exec(userinfo.slice(0, -1)) ?? [];
  const encode = (part: string) => part.replace(/[@:[\]]/g, encodeURIComponent);
  return password === undefined ? `${encode(user)}@` : `${encode(user)}:${encode(password)}@`;
}

function encodeOtherScripts(text: string, url: string): string {
  try {
    return url.replace(/[^ -~]+/gu, encodeURIComponent);
  } catch {
    throw invalid(text, 'it is not valid Unicode');
  }
}

function hasControlCharacter(text: string): boolean {
  // Cc: C0 and C1 controls; Cf: invisible ones such as the right-to-left override; Zl, Zp: line separators.
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);
}

function suggestion(text: string): string | undefined {
  if (/^(\.{0,2}\/|~)/.test(text)) return `A file is written ${quote(`file:${text}`)}.`;
  if (/^video\d+$/.test(text)) return `A device is written "v4l2:/dev/${text}".`;
  return undefined;
}

function invalid(text: string, reason: string, hint?: string): LensError {
  const message = `Source ${quote(maskUrl(text))} can't be used: ${reason}. Allowed are ${SOURCE_FORMS}.`;
  return new LensError('SOURCE_INVALID', message, hint === undefined ? {} : { hint });
}
