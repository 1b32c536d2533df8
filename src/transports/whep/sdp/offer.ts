import { LensError } from '../../../core/errors.js';
import {
  type Attribute,
  allValues,
  firstValue,
  type MediaSection,
  parseSections,
  type SessionDescription,
  sdpInvalid,
} from './sections.js';
import { parseTransport, type RemoteTransport } from './transport.js';
import { chooseFormat, hasH264, type VideoFormat } from './video.js';

/** A media section as far as every answer has to repeat it. */
export interface OfferedMedia {
  readonly kind: string;
  readonly protocol: string;
  readonly formats: readonly string[];
  readonly mid: string | undefined;
  /** Its first format and what that is, `111 opus/48000/2`; undefined where nothing says it. */
  readonly codec: { readonly format: string; readonly encoding: string } | undefined;
}

/** What a viewer offered, and which of it is taken. */
export interface Offer {
  /** All sections in their order: an answer has the same. */
  readonly media: readonly OfferedMedia[];
  /** Which of them the video is. */
  readonly videoIndex: number;
  readonly format: VideoFormat;
  readonly transport: RemoteTransport;
  /** Which section the transport is described in: the video's, or the one that it shares it with (RFC 8843, 7). */
  readonly transportIndex: number;
  /** The mids of both, or of the video; empty where it isn't bundled. */
  readonly bundle: readonly string[];
  readonly hasReducedSizeRtcp: boolean;
}

/**
 * Reads a viewer's offer (RFC 9429) and chooses its first video section that can take what is sent. Throws SDP_INVALID
 * for what is no offer of WebRTC, and OFFER_UNPLAYABLE for one that can't have the video.
 */
export function parseOffer(text: string): Offer {
  const description = parseSections(text);
  const media = description.media.map(toOfferedMedia);
  mustHaveOwnMids(media);
  const bundle = bundleOf(description);
  const { index, section, format } = chooseVideo(description.media, bundle);
  const transportIndex = sharedTransport(media, index, bundle) ?? index;
  const tagged = description.media[transportIndex]?.attributes ?? [];
  const bundled = [transportIndex, index]
    .flatMap((each) => media[each]?.mid ?? [])
    .filter((mid) => bundle.includes(mid));
  return {
    media,
    videoIndex: index,
    format,
    transport: parseTransport(section.attributes, tagged, description.attributes),
    transportIndex,
    bundle: [...new Set(bundled)],
    hasReducedSizeRtcp: firstValue(section.attributes, 'rtcp-rsize') !== undefined,
  };
}

/**
 * The first of a bundle has the transport of all. Browsers that bundle everything (`max-bundle`) take no answer that
 * rejects it; so it is kept, inactive, where it is RTP and not the video itself.
 */
function sharedTransport(media: readonly OfferedMedia[], video: number, bundle: readonly string[]): number | undefined {
  if (!bundle.includes(media[video]?.mid ?? '')) return undefined;
  const index = media.findIndex(({ mid }) => mid !== undefined && mid === bundle[0]);
  const tagged = media[index];
  return tagged?.codec !== undefined && /RTP/.test(tagged.protocol) ? index : undefined;
}

function toOfferedMedia({ kind, protocol, formats, attributes }: MediaSection): OfferedMedia {
  const mid = firstValue(attributes, 'mid');
  // RFC 5888, 4; RFC 8866, 9: a token.
  if (mid !== undefined && !/^[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,64}$/.test(mid)) throw sdpInvalid('an a=mid is no token');
  return { kind, protocol, formats, mid, codec: firstCodec(formats, attributes) };
}

function firstCodec(formats: readonly string[], attributes: readonly Attribute[]): OfferedMedia['codec'] {
  for (const value of allValues(attributes, 'rtpmap')) {
    const [, format = '', encoding = ''] = /^(\d{1,3}) ([\w.-]{1,32}\/\d{1,6}(?:\/\d{1,2})?)$/.exec(value.trim()) ?? [];
    if (format !== '' && formats.includes(format)) return { format, encoding };
  }
  return undefined;
}

function mustHaveOwnMids(media: readonly OfferedMedia[]): void {
  const mids = media.flatMap(({ mid }) => mid ?? []);
  if (new Set(mids).size !== mids.length) throw sdpInvalid('two sections have the same a=mid');
}

/** The mids of the first BUNDLE group; empty where there is none. */
function bundleOf({ attributes }: SessionDescription): readonly string[] {
  for (const { name, value } of attributes) {
    const [semantics, ...mids] = value.trim().split(/ +/);
    if (name === 'group' && semantics === 'BUNDLE') return mids;
  }
  return [];
}

interface ChosenVideo {
  readonly index: number;
  readonly section: MediaSection;
  readonly format: VideoFormat;
}

function chooseVideo(media: readonly MediaSection[], bundle: readonly string[]): ChosenVideo {
  const videos = media.flatMap((section, index) => (section.kind === 'video' ? [{ section, index }] : []));
  if (videos.length === 0) throw unplayable('it has no video');
  const wanted = videos.filter(({ section }) => isOpen(section, bundle) && mayReceive(section));
  if (wanted.length === 0) throw unplayable('its video is not to be received: a=recvonly or a=sendrecv is missing');
  const secured = wanted.filter(({ section }) => /^(?:(?:UDP|TCP)\/TLS\/)?RTP\/SAVPF?$/.test(section.protocol));
  if (secured.length === 0) throw unplayable('its video is not UDP/TLS/RTP/SAVPF');
  const muxed = secured.filter(({ section }) => firstValue(section.attributes, 'rtcp-mux') !== undefined);
  if (muxed.length === 0) throw unplayable('its video has no a=rtcp-mux, and here is one port for RTP and RTCP');
  for (const { section, index } of muxed) {
    const format = chooseFormat(section);
    if (format !== undefined) return { index, section, format };
  }
  if (!muxed.some(({ section }) => hasH264(section))) throw unplayable('its video has no H264');
  throw unplayable('its H264 has no packetization-mode=1, or none of the profiles baseline, main and high');
}

/** Port 0 is a section that was rejected, or one that has no transport of its own. */
function isOpen({ port, attributes }: MediaSection, bundle: readonly string[]): boolean {
  if (port !== 0) return true;
  return firstValue(attributes, 'bundle-only') !== undefined && bundle.includes(firstValue(attributes, 'mid') ?? '');
}

/** Where nothing is said it is sendrecv (RFC 8866, 6.7). */
function mayReceive({ attributes }: MediaSection): boolean {
  const has = (name: string) => firstValue(attributes, name) !== undefined;
  return !has('sendonly') && !has('inactive');
}

function unplayable(reason: string): LensError {
  return new LensError('OFFER_UNPLAYABLE', `The offer can't have the camera's video: ${reason}.`, {
    hint: 'A viewer offers one video m-line with a=recvonly, a=rtcp-mux and H264 with packetization-mode=1.',
  });
}
