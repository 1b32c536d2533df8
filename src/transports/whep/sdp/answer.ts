import type { Candidate } from './candidate.js';
import { formatCandidate } from './candidate.js';
import { formatH264Parameters } from './h264.js';
import type { Offer, OfferedMedia } from './offer.js';
import type { TransportDescription } from './transport.js';
import type { VideoFormat } from './video.js';

/** The streams that a description announces. */
export interface StreamIds {
  readonly ssrc: number;
  /** Of the packets that are sent again; counts where the format has RTX. */
  readonly rtxSsrc: number;
  /** RFC 3550, 6.5.1. */
  readonly cname: string;
  /** What browsers call the stream and its track (RFC 8830). */
  readonly streamId: string;
}

export interface AnswerParts {
  /** Of the session, for `o=`: digits. */
  readonly sessionId: string;
  readonly local: Omit<TransportDescription, 'candidates'>;
  /** All of them, none follows; null where another section has them. */
  readonly candidates: readonly Candidate[] | null;
  readonly streams: StreamIds;
}

/** The answer to an offer: its video, sent, and nothing else of it (RFC 9429, 5.3.1). */
export function writeAnswer(offer: Offer, parts: AnswerParts): string {
  const { media, videoIndex, transportIndex, bundle, format, hasReducedSizeRtcp } = offer;
  const sections = media.flatMap((each, index) => {
    if (index === videoIndex) {
      const own = index === transportIndex ? parts : { ...parts, candidates: null };
      return videoLines(each, format, hasReducedSizeRtcp, own);
    }
    return index === transportIndex ? inactiveLines(each, parts) : rejectedLines(each, parts);
  });
  return toText([
    ...sessionLines(parts.sessionId),
    ...(bundle.length === 0 ? [] : [`a=group:BUNDLE ${bundle.join(' ')}`]),
    ...sections,
  ]);
}

export function sessionLines(sessionId: string): readonly string[] {
  return ['v=0', `o=- ${sessionId} 1 IN IP4 0.0.0.0`, 's=-', 't=0 0', 'a=msid-semantic:WMS *', 'a=ice-options:trickle'];
}

export function toText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join('');
}

/** Port 0 rejects it (RFC 3264, 6). It repeats the transport all the same: aiortc wants that of every section. */
function rejectedLines({ kind, protocol, formats, mid, codec }: OfferedMedia, parts: AnswerParts): readonly string[] {
  return [
    ...openingLines({ kind, protocol, mid, port: 0 }, formats, 'inactive', parts),
    ...(codec === undefined ? [] : [`a=rtpmap:${codec.format} ${codec.encoding}`]),
  ];
}

/** What is accepted, but for nothing to be sent: it has the transport that the video shares. */
function inactiveLines({ kind, protocol, mid, codec }: OfferedMedia, parts: AnswerParts): readonly string[] {
  return [
    ...openingLines({ kind, protocol, mid, port: 9 }, [codec?.format ?? '0'], 'inactive', parts),
    ...(codec === undefined ? [] : [`a=rtpmap:${codec.format} ${codec.encoding}`]),
    ...candidateLines(parts),
  ];
}

/** The section of the video that is sent. */
export function videoLines(
  { protocol, mid }: Pick<OfferedMedia, 'protocol' | 'mid'>,
  format: VideoFormat,
  hasReducedSizeRtcp: boolean,
  parts: AnswerParts,
): readonly string[] {
  const { payloadType, rtxPayloadType, extensions } = format;
  const payloadTypes = rtxPayloadType === undefined ? [payloadType] : [payloadType, rtxPayloadType];
  return [
    ...openingLines({ kind: 'video', protocol, mid, port: 9 }, payloadTypes, 'sendonly', parts),
    ...(hasReducedSizeRtcp ? ['a=rtcp-rsize'] : []),
    ...extensions.map(({ id, uri }) => `a=extmap:${id} ${uri}`),
    ...formatLines(format),
    ...streamLines(parts.streams, rtxPayloadType !== undefined),
    ...candidateLines(parts),
  ];
}

function openingLines(
  { kind, protocol, mid, port }: Pick<OfferedMedia, 'kind' | 'protocol' | 'mid'> & { readonly port: number },
  formats: readonly (number | string)[],
  direction: 'sendonly' | 'inactive',
  { local }: AnswerParts,
): readonly string[] {
  return [
    `m=${kind} ${port} ${protocol} ${formats.join(' ')}`,
    'c=IN IP4 0.0.0.0',
    ...(mid === undefined ? [] : [`a=mid:${mid}`]),
    `a=${direction}`,
    'a=rtcp-mux',
    `a=ice-ufrag:${local.ice.ufrag}`,
    `a=ice-pwd:${local.ice.password}`,
    `a=fingerprint:${local.fingerprint.algorithm} ${local.fingerprint.value}`,
    `a=setup:${local.setup}`,
  ];
}

function candidateLines({ candidates }: AnswerParts): readonly string[] {
  if (candidates === null) return [];
  return [...candidates.map((candidate) => `a=${formatCandidate(candidate)}`), 'a=end-of-candidates'];
}

function formatLines({ payloadType, rtxPayloadType, parameters, feedback }: VideoFormat): readonly string[] {
  return [
    `a=rtpmap:${payloadType} H264/90000`,
    `a=fmtp:${payloadType} ${formatH264Parameters(parameters)}`,
    ...feedback.map((kind) => `a=rtcp-fb:${payloadType} ${kind}`),
    ...(rtxPayloadType === undefined
      ? []
      : [`a=rtpmap:${rtxPayloadType} rtx/90000`, `a=fmtp:${rtxPayloadType} apt=${payloadType}`]),
  ];
}

function streamLines({ ssrc, rtxSsrc, cname, streamId }: StreamIds, hasRtx: boolean): readonly string[] {
  const ssrcs = hasRtx ? [ssrc, rtxSsrc] : [ssrc];
  return [
    `a=msid:${streamId} video`,
    ...(hasRtx ? [`a=ssrc-group:FID ${ssrc} ${rtxSsrc}`] : []),
    ...ssrcs.flatMap((each) => [`a=ssrc:${each} cname:${cname}`, `a=ssrc:${each} msid:${streamId} video`]),
  ];
}
