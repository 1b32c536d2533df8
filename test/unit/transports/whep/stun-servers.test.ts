import { expect, test } from 'vitest';
import type { IceServer } from '../../../../src/core/ice-server.js';
import { stunServersNotAsked, stunServersToAsk } from '../../../../src/transports/whep/stun-servers.js';

const server = (scheme: IceServer['scheme'], host: string, port?: number): IceServer => {
  const login = scheme.startsWith('turn') ? { username: 'me', password: 'secret' } : undefined;
  return { scheme, host, port, transport: undefined, login };
};

test('the server asks by UDP, and by name or IPv4 address', () => {
  const servers = [
    server('stun', 'stun.example'),
    server('stun', '192.0.2.1', 5000),
    server('stun', '2001:db8::1', 3478),
    server('stuns', 'stun.example', 5349),
    server('turn', 'turn.example', 3478),
    server('turns', '2001:db8::1'),
  ];
  expect(stunServersToAsk(servers)).toEqual([
    { host: 'stun.example', port: 3478 },
    { host: '192.0.2.1', port: 5000 },
  ]);
  expect(stunServersNotAsked(servers)).toEqual([servers[2], servers[3]]);
});
