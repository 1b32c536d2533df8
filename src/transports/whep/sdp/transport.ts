import { type Candidate, parseCandidate } from './candidate.js';
import { type Attribute, allValues, firstValue, sdpInvalid } from './sections.js';

export interface IceCredentials {
  readonly ufrag: string;
  readonly password: string;
}

/** Of the certificate (RFC 8122, 5). */
export interface Fingerprint {
  readonly algorithm: 'sha-256' | 'sha-384' | 'sha-512';
  /** Pairs of hex digits, in capitals, apart by colons. */
  readonly value: string;
}

/** Who begins the DTLS handshake: `active` does, `passive` waits, `actpass` leaves it to the other (RFC 8842, 5). */
export type Setup = 'active' | 'passive' | 'actpass';

/** One side of an ICE and DTLS connection, as its session description has it. */
export interface TransportDescription {
  readonly ice: IceCredentials;
  readonly fingerprint: Fingerprint;
  readonly setup: Setup;
  readonly candidates: readonly Candidate[];
}

/** The other side's. */
export interface RemoteTransport extends TransportDescription {
  /** Candidates that can't be connected to, for the log; each once. */
  readonly unusable: readonly string[];
}

const mostCandidates = 20;

/**
 * Reads what a media section says of its transport; what it leaves out counts from `fallbacks`, which are the section
 * whose transport it shares, and the session. Throws SDP_INVALID.
 */
export function parseTransport(
  attributes: readonly Attribute[],
  ...fallbacks: readonly (readonly Attribute[])[]
): RemoteTransport {
  const places = [attributes, ...fallbacks];
  const ice = firstOf(places, parseCredentials);
  if (ice === undefined) throw sdpInvalid('it has no a=ice-ufrag and a=ice-pwd');
  const fingerprint = firstOf(places, parseFingerprint);
  if (fingerprint === undefined) throw sdpInvalid('it has no a=fingerprint of sha-256, sha-384 or sha-512');
  const found = places.map(parseCandidates);
  const candidates = found.find(({ usable }) => usable.length > 0)?.usable ?? [];
  const unusable = [...new Set(found.flatMap((each) => each.unusable))].slice(0, mostCandidates);
  return { ice, fingerprint, setup: firstOf(places, parseSetup) ?? 'actpass', candidates, unusable };
}

function firstOf<T>(
  places: readonly (readonly Attribute[])[],
  parse: (attributes: readonly Attribute[]) => T | undefined,
): T | undefined {
  for (const attributes of places) {
    const found = parse(attributes);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Undefined where there are none. Throws SDP_INVALID. */
export function parseCredentials(attributes: readonly Attribute[]): IceCredentials | undefined {
  const ufrag = firstValue(attributes, 'ice-ufrag');
  const password = firstValue(attributes, 'ice-pwd');
  if (ufrag === undefined && password === undefined) return undefined;
  // RFC 8839, 5.4.
  if (!/^[A-Za-z0-9+/]{4,256}$/.test(ufrag ?? '')) throw sdpInvalid('its a=ice-ufrag is not 4 to 256 ICE characters');
  if (!/^[A-Za-z0-9+/]{22,256}$/.test(password ?? ''))
    throw sdpInvalid('its a=ice-pwd is not 22 to 256 ICE characters');
  return { ufrag: ufrag ?? '', password: password ?? '' };
}

const hashBytes = { 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 } as const;

function parseFingerprint(attributes: readonly Attribute[]): Fingerprint | undefined {
  for (const value of allValues(attributes, 'fingerprint')) {
    const [, name = '', hex = ''] = /^([A-Za-z0-9-]+) ([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})*)$/.exec(value.trim()) ?? [];
    const algorithm = name.toLowerCase();
    if (!isHash(algorithm)) continue;
    if (hex.length !== 3 * hashBytes[algorithm] - 1) throw sdpInvalid('its a=fingerprint has a wrong length');
    return { algorithm, value: hex.toUpperCase() };
  }
  return undefined;
}

function isHash(name: string): name is Fingerprint['algorithm'] {
  return Object.hasOwn(hashBytes, name);
}

function parseSetup(attributes: readonly Attribute[]): Setup | undefined {
  const setup = firstValue(attributes, 'setup');
  if (setup === undefined || setup === 'active' || setup === 'passive' || setup === 'actpass') return setup;
  throw sdpInvalid('its a=setup is none of actpass, active and passive');
}

interface FoundCandidates {
  readonly usable: readonly Candidate[];
  readonly unusable: readonly string[];
}

/** The usable ones without repetitions. What is no candidate is left out: the others may do. */
function parseCandidates(attributes: readonly Attribute[]): FoundCandidates {
  const usable = new Map<string, Candidate>();
  const unusable: string[] = [];
  for (const value of allValues(attributes, 'candidate')) {
    const candidate = parseCandidate(`candidate:${value}`);
    if (candidate === undefined) continue;
    if ('unusable' in candidate) unusable.push(candidate.unusable);
    else if (usable.size < mostCandidates) usable.set(`${candidate.address} ${candidate.port}`, candidate);
  }
  return { usable: [...usable.values()], unusable };
}
