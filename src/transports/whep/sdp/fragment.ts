import { type Candidate, parseCandidate, type UnusableCandidate } from './candidate.js';
import { linesOf, parseAttribute, sdpInvalid } from './sections.js';
import { type IceCredentials, parseCredentials } from './transport.js';

/** `application/trickle-ice-sdpfrag` (RFC 8840, 9). */
export interface Fragment {
  /** Undefined where it has none: then it is of the credentials known. */
  readonly ice: IceCredentials | undefined;
  readonly candidates: readonly (Candidate | UnusableCandidate)[];
}

/** Throws SDP_INVALID. */
export function parseFragment(text: string): Fragment {
  const attributes = linesOf(text).flatMap((line, index) => {
    if (!/^[a-z]=/.test(line)) throw sdpInvalid(`line ${index + 1} of the fragment is no line of SDP`);
    return line.startsWith('a=') ? [parseAttribute(line.slice(2))] : [];
  });
  const candidates = attributes.flatMap(({ name, value }) => {
    if (name !== 'candidate') return [];
    const candidate = parseCandidate(`candidate:${value}`);
    if (candidate === undefined) throw sdpInvalid('an a=candidate can’t be read');
    return [candidate];
  });
  return { ice: parseCredentials(attributes), candidates };
}
