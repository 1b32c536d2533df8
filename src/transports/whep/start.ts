import type { Clock } from '../../core/clock.js';
import { type IceServer, iceServerUrl } from '../../core/ice-server.js';
import type { Log } from '../../core/log.js';
import type { ViewerRegistry } from '../../hub/viewer-registry.js';
import { type DatachannelOptions, datachannelPeers } from './datachannel-peer.js';
import { FurtherHosts } from './further-hosts.js';
import { stunServersNotAsked, stunServersToAsk } from './stun-servers.js';
import { WhepTransport } from './transport.js';
import { openUdpPort } from './udp-port.js';

export interface WhepOptions {
  readonly viewers: ViewerRegistry;
  readonly clock: Clock;
  readonly log: Log;
  /** The address to listen on. */
  readonly host: string;
  /** UDP; 0 takes a free one. */
  readonly port: number;
  /** Further addresses or names at which viewers reach it. */
  readonly hosts: readonly string[];
  /** Viewers are told of all of them elsewhere; some are asked here. */
  readonly iceServers: readonly IceServer[];
  /** 0 for none: then no port is taken. */
  readonly maxViewers: number;
  readonly withTimerSlack: DatachannelOptions['withTimerSlack'];
}

export interface Whep {
  readonly transport: WhepTransport;
  /** Ends all viewers, then gives the port back. Idempotent. */
  close(): void;
}

/** WebRTC on its port. Throws PORT_IN_USE, PORT_FORBIDDEN and ADDRESS_UNAVAILABLE. */
export async function startWhep(options: WhepOptions): Promise<Whep> {
  const { host, hosts, iceServers, maxViewers, log, withTimerSlack } = options;
  const port = maxViewers === 0 ? null : await openUdpPort(host, options.port);
  const stunServers = stunServersToAsk(iceServers);
  const egress = port === null ? null : { port, connect: datachannelPeers({ port, stunServers, withTimerSlack }) };
  if (port !== null) {
    log.info(`WebRTC on UDP port ${port.port}`, { host });
    warnOfNotAsked(iceServers, log);
  }
  const transport = new WhepTransport({ ...options, egress, hosts: new FurtherHosts(hosts) });
  return {
    transport,
    close: () => {
      transport.close();
      port?.close();
    },
  };
}

function warnOfNotAsked(iceServers: readonly IceServer[], log: Log): void {
  const servers = stunServersNotAsked(iceServers).map(iceServerUrl).join(', ');
  if (servers === '') return;
  const message = 'some of webrtc.ice_servers are for viewers alone: this server asks none over TLS or by IPv6 address';
  log.warn(message, { servers });
}
