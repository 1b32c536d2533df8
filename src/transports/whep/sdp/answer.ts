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
  /** All of them: none follows. */
  readonly candidates: readonly Candidate[];
  readonly streams: StreamIds;
}

/** The answer to an offer: its video, sent, and nothing else of it (RFC 9429, 5.3.1). */
export function writeAnswer(offer: Offer, parts: AnswerParts): string {
  const video = offer.media[offer.videoIndex];
  const bundle = offer.isBundled && video?.mid !== undefined ? [`a=group:BUNDLE ${video.mid}`] : [];
  return toText([
    ...sessionLines(parts.sessionId),
    ...bundle,
    ...offer.media.flatMap((media, index) =>
      index === offer.videoIndex
        ? videoLines(media, offer.format, offer.hasReducedSizeRtcp, parts)
        : rejectedLines(media),
    ),
  ]);
}

export function sessionLines(sessionId: string): readonly string[] {
  return ['v=0', `o=- ${sessionId} 1 IN IP4 0.0.0.0`, 's=-', 't=0 0', 'a=msid-semantic:WMS *', 'a=ice-options:trickle'];
}

export function toText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join('');
}

function rejectedLines({ kind, protocol, formats, mid }: OfferedMedia): readonly string[] {
  return [
    `m=${kind} 0 ${protocol} ${formats.join(' ')}`,
    'c=IN IP4 0.0.0.0',
    ...(mid === undefined ? [] : [`a=mid:${mid}`]),
    'a=inactive',
  ];
}

/** The section of the video that is sent. */
export function videoLines(
  { protocol, mid }: Pick<OfferedMedia, 'protocol' | 'mid'>,
  format: VideoFormat,
  hasReducedSizeRtcp: boolean,
  { local, candidates, streams }: AnswerParts,
): readonly string[] {
  const { payloadType, rtxPayloadType, extensions } = format;
  const payloadTypes = rtxPayloadType === undefined ? [payloadType] : [payloadType, rtxPayloadType];
  return [
    `m=video 9 ${protocol} ${payloadTypes.join(' ')}`,
    'c=IN IP4 0.0.0.0',
    ...(mid === undefined ? [] : [`a=mid:${mid}`]),
    'a=sendonly',
    'a=rtcp-mux',
    ...(hasReducedSizeRtcp ? ['a=rtcp-rsize'] : []),
    `a=ice-ufrag:${local.ice.ufrag}`,
    `a=ice-pwd:${local.ice.password}`,
    `a=fingerprint:${local.fingerprint.algorithm} ${local.fingerprint.value}`,
    `a=setup:${local.setup}`,
    ...extensions.map(({ id, uri }) => `a=extmap:${id} ${uri}`),
    ...formatLines(format),
    ...streamLines(streams, rtxPayloadType !== undefined),
    ...candidates.map((candidate) => `a=${formatCandidate(candidate)}`),
    'a=end-of-candidates',
  ];
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
