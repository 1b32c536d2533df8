import { bracketed } from '../../core/bracketed.js';
import { type Finding, ok, warning } from '../finding.js';

export interface NetworkFacts {
  /** `server.host`, `server.port`. */
  readonly host: string;
  readonly port: number;
  /** The machine's addresses, but for loopback's and link-local ones. */
  readonly addresses: readonly { readonly interface: string; readonly address: string }[];
}

// What container engines and virtual machines call their bridges and the ends of their cables.
const bridges = /^(docker|br-|veth|virbr|vnet|podman|cni|lxc|lxd|incus|flannel|cali|vmnet|vboxnet|kube)/;
const tunnels = /^(tun|tap|wg|tailscale|zt|ppp|utun)/;

/** Where viewers find the server: one line for each address. */
export function checkNetwork({ host, port, addresses }: NetworkFacts): readonly Finding[] {
  if (isLoopback(host)) {
    const remedy = '--host 0.0.0.0 (server.host) opens it to the network; it has no passwords of its own';
    return [ok('network', `only programs on this machine can watch: server.host is ${host}`, remedy)];
  }
  const open = addresses.filter(({ address }) => covers(host, address));
  if (open.length === 0) return [warning('network', 'this machine has no address that viewers could use')];
  return open.map(({ interface: name, address }) => {
    const shown = bracketed(address);
    return ok('network', `http://${shown}:${port}/ by ${name}${kindOf(name)}`);
  });
}

export function kindOf(name: string): string {
  if (bridges.test(name)) return ', a bridge to containers or virtual machines: not for viewers outside';
  return tunnels.test(name) ? ', a tunnel: for viewers at its other end' : '';
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function covers(host: string, address: string): boolean {
  if (host === '::') return true;
  if (host === '0.0.0.0') return !address.includes(':');
  return host === address;
}
