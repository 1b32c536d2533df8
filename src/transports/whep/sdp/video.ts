import { type H264Parameters, parseFmtp, parseH264Parameters, rankH264 } from './h264.js';
import { type Attribute, allValues, firstValue, type MediaSection } from './sections.js';

/** Feedback that is understood (RFC 4585, 4.2; RFC 5104, 7.1; draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.2). */
const feedbackKinds = ['nack', 'nack pli', 'ccm fir', 'transport-cc', 'goog-remb'] as const;
export type FeedbackKind = (typeof feedbackKinds)[number];

/** Header extensions that are written, by what they are for. */
export const extensionUris = {
  transportCc: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  playoutDelay: 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  absSendTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  mid: 'urn:ietf:params:rtp-hdrext:sdes:mid',
} as const;
export type ExtensionName = keyof typeof extensionUris;

export interface NegotiatedExtension {
  readonly name: ExtensionName;
  readonly uri: string;
  /** 1 to 14: extensions of one byte's header (RFC 8285, 4.2). */
  readonly id: number;
}

/** One H.264 format of a video section, and what goes with it. */
export interface VideoFormat {
  readonly payloadType: number;
  readonly parameters: H264Parameters;
  /** RFC 4588; undefined where the viewer has none for it. */
  readonly rtxPayloadType: number | undefined;
  readonly feedback: readonly FeedbackKind[];
  readonly extensions: readonly NegotiatedExtension[];
}

/** The section's H.264 format that suits best; undefined where it has none that can be sent. */
export function chooseFormat({ formats, attributes }: MediaSection): VideoFormat | undefined {
  const encodings = encodingsOf(formats, attributes);
  let best: { readonly payloadType: number; readonly parameters: H264Parameters; readonly rank: number } | undefined;
  for (const [payloadType, encoding] of encodings) {
    if (encoding !== 'h264/90000') continue;
    const parameters = parseH264Parameters(fmtpOf(attributes, payloadType) ?? '');
    const rank = parameters && rankH264(parameters);
    if (parameters === undefined || rank === undefined || (best !== undefined && best.rank <= rank)) continue;
    best = { payloadType, parameters, rank };
  }
  if (best === undefined) return undefined;
  const { payloadType, parameters } = best;
  const feedback = feedbackOf(payloadType, attributes);
  return {
    payloadType,
    parameters,
    rtxPayloadType: rtxOf(payloadType, encodings, attributes),
    feedback,
    extensions: neededOf(extensionsOf(attributes), feedback),
  };
}

/** Whether the section has H.264 at all. */
export function hasH264({ formats, attributes }: MediaSection): boolean {
  return [...encodingsOf(formats, attributes).values()].includes('h264/90000');
}

/** By payload type, in the order of the `m=` line: `h264/90000`. */
function encodingsOf(formats: readonly string[], attributes: readonly Attribute[]): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const value of allValues(attributes, 'rtpmap')) {
    const [, payloadType, name] = /^(\d{1,3}) ([\w-]+\/\d+)(?:\/\d+)?$/.exec(value.trim()) ?? [];
    if (name !== undefined && !names.has(Number(payloadType))) names.set(Number(payloadType), name.toLowerCase());
  }
  const encodings = new Map<number, string>();
  for (const format of formats) {
    const payloadType = Number(format);
    const name = names.get(payloadType);
    if (name !== undefined && isRtpPayloadType(payloadType)) encodings.set(payloadType, name);
  }
  return encodings;
}

/** With RTCP on the same port, 64 to 95 would be taken for it (RFC 5761, 4). */
function isRtpPayloadType(payloadType: number): boolean {
  return Number.isInteger(payloadType) && payloadType <= 127 && (payloadType < 64 || payloadType > 95);
}

function fmtpOf(attributes: readonly Attribute[], payloadType: number): string | undefined {
  const prefix = `${payloadType} `;
  const line = allValues(attributes, 'fmtp').find((value) => value.startsWith(prefix));
  return line?.slice(prefix.length);
}

function rtxOf(
  payloadType: number,
  encodings: ReadonlyMap<number, string>,
  attributes: readonly Attribute[],
): number | undefined {
  for (const [rtx, encoding] of encodings) {
    if (encoding !== 'rtx/90000') continue;
    if (parseFmtp(fmtpOf(attributes, rtx) ?? '').get('apt') === String(payloadType)) return rtx;
  }
  return undefined;
}

function feedbackOf(payloadType: number, attributes: readonly Attribute[]): readonly FeedbackKind[] {
  const offered = allValues(attributes, 'rtcp-fb').flatMap((value) => {
    const [, whose, kind] = /^(\d{1,3}|\*) (.+)$/.exec(value.trim()) ?? [];
    return kind !== undefined && (whose === '*' || Number(whose) === payloadType) ? [kind] : [];
  });
  return feedbackKinds.filter((kind) => offered.includes(kind));
}

/** A value of the extension `mid` longer than this doesn't fit into one byte's header. */
const longestMid = 16;

function extensionsOf(attributes: readonly Attribute[]): readonly NegotiatedExtension[] {
  const found: NegotiatedExtension[] = [];
  const taken = new Set<number>();
  for (const value of allValues(attributes, 'extmap')) {
    // The direction is the viewer's: one that it only sends is none to send it.
    const [, digits, direction = 'sendrecv', uri] = /^(\d{1,5})(?:\/([a-z]+))? (\S+)/.exec(value.trim()) ?? [];
    const id = Number(digits);
    const name = nameOf(uri ?? '');
    if (name === undefined || !/^(sendrecv|recvonly)$/.test(direction)) continue;
    if (name === 'mid' && (firstValue(attributes, 'mid') ?? '').length > longestMid) continue;
    if (id < 1 || id > 14 || taken.has(id) || found.some((other) => other.name === name)) continue;
    taken.add(id);
    found.push({ name, uri: extensionUris[name], id });
  }
  return found;
}

/** Feedback on each packet tells more than an estimate from send times, and each extension costs in every packet. */
function neededOf(
  extensions: readonly NegotiatedExtension[],
  feedback: readonly FeedbackKind[],
): readonly NegotiatedExtension[] {
  const isTransportWide = feedback.includes('transport-cc') && extensions.some(({ name }) => name === 'transportCc');
  const unneeded: ExtensionName = isTransportWide ? 'absSendTime' : 'transportCc';
  return extensions.filter(({ name }) => name !== unneeded);
}

function nameOf(uri: string): ExtensionName | undefined {
  const names = Object.keys(extensionUris) as ExtensionName[];
  return names.find((name) => extensionUris[name] === uri);
}
