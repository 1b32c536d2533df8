import { LensError, quote } from '../../../core/errors.js';

/** `a=name:value`; the value is empty for a flag. */
export interface Attribute {
  readonly name: string;
  readonly value: string;
}

/** One `m=` line and what stands below it. */
export interface MediaSection {
  /** `video`, `audio`, `application` … */
  readonly kind: string;
  readonly port: number;
  readonly protocol: string;
  /** Payload types, where it is RTP. */
  readonly formats: readonly string[];
  readonly attributes: readonly Attribute[];
}

/** A session description (RFC 8866), as far as WebRTC needs it. */
export interface SessionDescription {
  readonly attributes: readonly Attribute[];
  readonly media: readonly MediaSection[];
}

const mostLines = 4000;
const mostSections = 64;

/** Throws SDP_INVALID, which names the line. */
export function parseSections(text: string): SessionDescription {
  const lines = linesOf(text);
  if (lines[0] !== 'v=0') throw sdpInvalid('the first line is not v=0');
  const session: Attribute[] = [];
  const media: (MediaSection & { readonly attributes: Attribute[] })[] = [];
  for (const [index, line] of lines.entries()) {
    const [, type = '', value = ''] = /^([a-z])=(.*)$/.exec(line) ?? [];
    if (type === '') throw sdpInvalid(`line ${index + 1} is ${quote(line)}`);
    if (type === 'm') {
      if (media.length === mostSections) throw sdpInvalid(`there are more than ${mostSections} m= lines`);
      media.push({ ...parseMediaLine(value, index), attributes: [] });
    } else if (type === 'a') {
      const { attributes } = media.at(-1) ?? { attributes: session };
      attributes.push(parseAttribute(value));
    }
  }
  return { attributes: session, media };
}

/** The lines of an SDP text or fragment, without those that are empty. Throws SDP_INVALID. */
export function linesOf(text: string): readonly string[] {
  // Nothing but text ever goes on into an answer or a log.
  if (/[^\t\r\n\x20-\u{10ffff}]|[\x7f-\x9f\u2028\u2029]/u.test(text)) throw sdpInvalid('it has control characters');
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line !== '');
  if (lines.length > mostLines) throw sdpInvalid(`it has more than ${mostLines} lines`);
  return lines;
}

export function parseAttribute(text: string): Attribute {
  const colon = text.indexOf(':');
  return colon < 0 ? { name: text, value: '' } : { name: text.slice(0, colon), value: text.slice(colon + 1) };
}

/** The value of the first attribute of that name; undefined where there is none. */
export function firstValue(attributes: readonly Attribute[], name: string): string | undefined {
  return attributes.find((attribute) => attribute.name === name)?.value;
}

export function allValues(attributes: readonly Attribute[], name: string): readonly string[] {
  return attributes.filter((attribute) => attribute.name === name).map(({ value }) => value);
}

/** `reason` completes "The session description can't be used: …". */
export function sdpInvalid(reason: string): LensError {
  return new LensError('SDP_INVALID', `The session description can't be used: ${reason}.`);
}

// RFC 8866, 5.14. A number of ports is for layered streams; WebRTC has none.
const mediaLine =
  /^([a-z]{1,32}) (\d{1,5})(?:\/\d{1,5})? ([A-Za-z0-9/.-]{1,64})((?: [A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,64}){1,256})$/;

function parseMediaLine(value: string, index: number): Omit<MediaSection, 'attributes'> {
  const [, kind, port, protocol, formats] = mediaLine.exec(value.trimEnd()) ?? [];
  if (kind === undefined || protocol === undefined || formats === undefined) {
    throw sdpInvalid(`line ${index + 1} is ${quote(`m=${value}`)}`);
  }
  return { kind, port: Number(port), protocol, formats: formats.trim().split(' ') };
}
