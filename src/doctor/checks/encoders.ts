import { CATALOGUE } from '../../pipeline/catalogue/catalogue.js';
import { type FindElement, whyAbsent } from '../../pipeline/catalogue/presence.js';
import type { H264Row, JpegRow, Version } from '../../pipeline/catalogue/row.js';
import { type Finding, installRemedy, ok, warning } from '../finding.js';

export interface EncoderFacts {
  readonly find: FindElement;
  readonly gstreamer: Version;
  readonly probed: readonly ProbedEncoder[];
}

/** What was found out of a chip's encoder when it was tried, H.264 with two sessions at once; the newest first. */
export interface ProbedEncoder {
  /** Of the catalogue. */
  readonly row: string;
  /** What the camera delivered, in words. */
  readonly format: string;
  /** Why it can't be used; null where it can. */
  readonly reason: string | null;
}

const probeHint = 'lenscast probe tells whether each works';

/** Which encoders GStreamer has; that one is there doesn't prove that this machine's chip can do it. */
export function checkEncoders(facts: EncoderFacts): readonly Finding[] {
  const isThere = (row: H264Row | JpegRow) => whyAbsent(row, facts.find, facts.gstreamer) === null;
  const h264 = CATALOGUE.h264.filter(isThere);
  const jpeg = CATALOGUE.jpeg.filter(isThere);
  const remedy = installRemedy(['gstreamer1.0-plugins-ugly']);
  return [
    h264.length === 0
      ? warning('encoder', 'no H.264 encoder: only pictures can be sent, no video by WebRTC', remedy)
      : ok('encoder', `H.264: ${inWords(h264)}`, hintFor(h264)),
    ...h264.flatMap((row) => checkSessions(row, facts.probed)),
    // A missing jpegenc is the plugins' finding.
    ...(jpeg.length === 0 ? [] : [ok('encoder', `JPEG: ${inWords(jpeg)}`, hintFor(jpeg))]),
  ];
}

/** How many sessions a driver has isn't told by any interface: it is known of two at once, for they were tried. */
function checkSessions({ id, element }: H264Row, probed: readonly ProbedEncoder[]): readonly Finding[] {
  const newest = probed.find(({ row }) => row === id);
  if (newest === undefined) return [];
  const { format, reason } = newest;
  if (reason === null) return [ok('encoder', `${element}: two sessions at once work (${format})`)];
  const remedy = 'software encodes instead; lenscast probe looks again, best while no other program encodes';
  return [warning('encoder', `${element} can't be used (${format}): ${reason}`, remedy)];
}

function inWords(rows: readonly (H264Row | JpegRow)[]): string {
  return rows.map(({ element, family }) => `${element} (${family})`).join(', ');
}

function hintFor(rows: readonly (H264Row | JpegRow)[]): string | undefined {
  return rows.some(({ family }) => family !== 'software') ? probeHint : undefined;
}
