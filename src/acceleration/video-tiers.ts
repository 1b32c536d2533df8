import { CATALOGUE } from '../pipeline/catalogue/catalogue.js';
import { isHardware, type Row } from '../pipeline/catalogue/row.js';
import { type Findings, seenToWork } from './findings.js';

/** A Jetson without an encoder of H.264, as the Orin Nano is, has no CPU to spare for more than so many. */
const mostInSoftware = 2;

/**
 * How many tiers of a camera are encoded to H.264 at most; null: all. A chip's encoder is one that is there and, where
 * that is known by now, works; what goes wrong with it later changes nothing, for viewers' sake.
 */
export function mostVideoTiers(isThere: (row: Row) => boolean, findings: Findings | null): number | null {
  const isJetson = CATALOGUE.scale.some((row) => row.family === 'jetson' && isThere(row));
  if (!isJetson) return null;
  const works = findings === null ? () => true : seenToWork(findings);
  return CATALOGUE.h264.some((row) => isHardware(row) && isThere(row) && works(row)) ? null : mostInSoftware;
}
