import { BlockList, isIP } from 'node:net';
import { bracketed } from '../../../core/bracketed.js';

export type CandidateType = 'host' | 'srflx' | 'prflx' | 'relay';

/** An ICE candidate over UDP (RFC 8839, 5.1). */
export interface Candidate {
  readonly foundation: string;
  readonly priority: number;
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  readonly type: CandidateType;
}

/** A candidate that can't be connected to from here. */
export interface UnusableCandidate {
  /** What it is and why not, for the log: printable, and not long. */
  readonly unusable: string;
}

const pattern =
  /^candidate:([A-Za-z0-9+/]{1,32}) (\d{1,5}) ([A-Za-z0-9-]{1,16}) (\d{1,10}) ([^\s]{1,255}) (\d{1,5}) typ ([a-z]{1,16})(?: .*)?$/;
const types: readonly string[] = ['host', 'srflx', 'prflx', 'relay'] satisfies CandidateType[];

/**
 * Reads `candidate:…`. Unusable is one of another component or transport than RTP over UDP, or with a name in place of an
 * address, as browsers have it to hide the address (RFC 8828). Such a viewer is found by its own connectivity checks.
 * Undefined for what is no candidate.
 */
export function parseCandidate(text: string): Candidate | UnusableCandidate | undefined {
  const [, foundation = '', component, transport = '', priority, address = '', port, type = ''] =
    pattern.exec(text.trim()) ?? [];
  if (foundation === '' || Number(port) > 65_535 || Number(priority) >= 2 ** 32) return undefined;
  const unusable = (reason: string) => ({ unusable: `${place(printable(address), Number(port))} (${reason})` });
  if (component !== '1') return unusable('not of RTP');
  if (transport.toLowerCase() !== 'udp') return unusable(transport.toUpperCase());
  if (!isType(type)) return unusable(`of type ${type}`);
  if (isIP(address) === 0) return unusable(/\.local\.?$/i.test(address) ? 'mDNS, not resolvable' : 'no address');
  if (!isUsableAddress(address) || Number(port) === 0) return unusable('of no other machine');
  return { foundation, priority: Number(priority), address, port: Number(port), type };
}

export function formatCandidate({ foundation, priority, address, port, type }: Candidate): string {
  // RFC 8839, 5.1: reflexive and relayed ones name a base; nobody needs to know it.
  const base = type === 'host' ? '' : ` raddr ${address.includes(':') ? '::' : '0.0.0.0'} rport 0`;
  return `candidate:${foundation} 1 udp ${priority} ${address} ${port} typ ${type}${base}`;
}

/** For a log: `192.0.2.1:8189 host`. */
export function describeCandidate({ address, port, type }: Candidate): string {
  return `${place(address, port)} ${type}`;
}

function place(address: string, port: number): string {
  return `${bracketed(address)}:${port}`;
}

const mostShown = 64;

function printable(text: string): string {
  const shown = text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
  return shown.replace(/[^!-~…]/g, '?');
}

const noPeers = new BlockList();
noPeers.addSubnet('0.0.0.0', 8, 'ipv4');
noPeers.addSubnet('127.0.0.0', 8, 'ipv4');
noPeers.addSubnet('169.254.0.0', 16, 'ipv4');
noPeers.addSubnet('224.0.0.0', 3, 'ipv4');
noPeers.addAddress('::', 'ipv6');
noPeers.addAddress('::1', 'ipv6');
noPeers.addSubnet('fe80::', 10, 'ipv6');
noPeers.addSubnet('ff00::', 8, 'ipv6');

/** Not every address that a stranger names is to be sent checks: not this machine itself, nor groups of machines. */
function isUsableAddress(address: string): boolean {
  // The list takes an IPv4 address in IPv6 for that IPv4 address.
  return !noPeers.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

function isType(type: string): type is CandidateType {
  return types.includes(type);
}
