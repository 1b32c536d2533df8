import { networkInterfaces } from 'node:os';
import type { NetworkFacts } from '../checks/network.js';

export function gatherNetwork(host: string, port: number): NetworkFacts {
  const addresses = Object.entries(networkInterfaces()).flatMap(([name, entries = []]) =>
    entries
      .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
      .map(({ address }) => ({ interface: name, address })),
  );
  return { host, port, addresses };
}
