import { type Finding, warning } from '../finding.js';
import { isLoopback } from './network.js';

export interface WebRtcFacts {
  readonly serverHost: string;
  /** `webrtc.host`, or what stands in for it. */
  readonly host: string;
  /** `webrtc.hosts`. */
  readonly hosts: readonly string[];
  /** Those of them that are names, and have no address now. */
  readonly unresolved: readonly string[];
}

/** Whether viewers reach WebRTC's port where they are told that it is; null: there are to be no viewers. */
export function checkWebRtc(facts: WebRtcFacts | null): readonly Finding[] {
  if (facts === null) return [];
  return [...checkBinding(facts), ...facts.unresolved.map(unresolvedHost)];
}

/** A reverse proxy carries HTTP alone. */
function checkBinding({ serverHost, host, hosts }: WebRtcFacts): readonly Finding[] {
  const outer = hosts.filter((each) => !isLoopback(each));
  if (!isLoopback(host) || (isLoopback(serverHost) && outer.length === 0)) return [];
  const told = outer.length === 0 ? '' : `, although webrtc.hosts names ${outer.join(', ')}`;
  const message = `WebRTC listens on ${host}, where only this machine reaches it${told}`;
  return [warning('network', message, 'set webrtc.host: 0.0.0.0, which opens its UDP port alone')];
}

function unresolvedHost(host: string): Finding {
  const message = `the name ${host} in webrtc.hosts has no address now: viewers are not told of it`;
  return warning('network', message, 'correct it, or give an IP address');
}
