import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { networkCause, whyUnreachable } from '../../../src/camera/network-cause.js';

describe('networkCause', () => {
  it.each([
    ['ECONNREFUSED', 'unreachable', 'cam.lan refuses the connection'],
    ['ECONNRESET', 'ended', 'cam.lan closed the connection'],
    ['EHOSTUNREACH', 'unreachable', 'no route to cam.lan'],
    ['ENETUNREACH', 'unreachable', 'no network that leads to cam.lan'],
    ['ENOTFOUND', 'unreachable', 'the name of cam.lan cannot be resolved'],
    ['ETIMEDOUT', 'unreachable', 'cam.lan does not answer'],
    ['EPROTO', 'unreachable', 'cam.lan failed: it broke'],
  ])('tells %s as an owner would', (code, kind, message) => {
    const error = Object.assign(new Error('it broke'), { code });
    expect(networkCause(error, 'cam.lan')).toEqual({ code: kind, message, permanent: false });
  });
});

describe('whyUnreachable', () => {
  it('finds that nobody listens, and that somebody does', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    expect(await whyUnreachable(address, 'cam', 10_000)).toBeNull();
    server.close();
    await once(server, 'close');
    expect(await whyUnreachable(address, 'cam', 10_000)).toMatchObject({ message: 'cam refuses the connection' });
  });
});
