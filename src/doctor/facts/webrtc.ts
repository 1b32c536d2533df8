import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { ServerConfig, WebRtcConfig } from '../../config/config.js';
import type { WebRtcFacts } from '../checks/webrtc.js';

const answerTimeoutMs = 3000;

/** Null where there are to be no viewers. A name that isn't answered for within three seconds has no address. */
export async function gatherWebRtc(server: ServerConfig, webRtc: WebRtcConfig): Promise<WebRtcFacts | null> {
  const { host, hosts, maxViewers } = webRtc;
  if (maxViewers === 0) return null;
  const names = hosts.filter((each) => isIP(each) === 0);
  const found = await Promise.all(names.map(hasAddress));
  return { serverHost: server.host, host, hosts, unresolved: names.filter((_, i) => !found[i]) };
}

async function hasAddress(name: string): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), answerTimeoutMs);
  });
  const found = lookup(name).then(
    () => true,
    () => false,
  );
  return Promise.race([found, late]).finally(() => clearTimeout(timer));
}
