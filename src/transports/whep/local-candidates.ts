import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import type { Candidate } from './sdp/candidate.js';

export interface LocalAddresses {
  /** As `os.networkInterfaces()` gives them. */
  readonly interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;
  /** The one address that is listened on; null for all. */
  readonly boundTo: string | null;
  /** Whether IPv6 is listened on. */
  readonly hasIpv6: boolean;
  /** Addresses that lead here besides. */
  readonly further: readonly string[];
  /** Where the viewer's request came in; undefined where unknown. */
  readonly reachedAt: string | undefined;
}

/** Bridges of containers and of virtual machines: nobody outside of this machine reaches them. */
const bridges = /^(?:docker|br-|veth|cni|podman|virbr|flannel|cali|lxcbr|lxdbr|vnet)/;
const mostCandidates = 16;

/**
 * The addresses at which viewers may find this machine, as ICE candidates of type host, best first: those in the
 * configuration, where the request came in (which counts even for a bridge or loopback: that viewer reached it), and the
 * machine's own, IPv4 before IPv6, without loopback and link-local ones.
 */
export function localCandidates(addresses: LocalAddresses, port: number): readonly Candidate[] {
  const { boundTo, hasIpv6, further, reachedAt } = addresses;
  const reached = plain(reachedAt ?? '');
  const own =
    boundTo === null
      ? [...(isIP(reached) !== 0 && !isLinkLocal(reached) ? [reached] : []), ...ownAddresses(addresses)]
      : [boundTo];
  const usable = [
    ...further.filter((address) => !isIPv6(address) || hasIpv6),
    ...own.filter((address) => hasIpv6 || !isIPv6(address)),
  ];
  return [...new Set(usable)].slice(0, mostCandidates).map((address, index) => toCandidate(address, port, index));
}

function ownAddresses({ interfaces }: LocalAddresses): readonly string[] {
  const all = Object.entries(interfaces).flatMap(([name, infos = []]) => (bridges.test(name) ? [] : infos));
  const found = all.filter(({ internal, address }) => !internal && !isLinkLocal(address)).map(({ address }) => address);
  return [...found.filter(isIPv4), ...found.filter(isIPv6)];
}

function isLinkLocal(address: string): boolean {
  return /^(?:169\.254\.|fe[89ab][0-9a-f]:)/i.test(address);
}

/** An IPv4 address that came in over a socket for both has a prefix. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}

/** RFC 8445, 5.1.2.1: type preference 126 for host, component 1. */
function toCandidate(address: string, port: number, index: number): Candidate {
  const localPreference = 65_535 - index;
  const priority = 126 * 2 ** 24 + localPreference * 2 ** 8 + 255;
  return { foundation: `${index + 1}`, priority, address, port, type: 'host' };
}
