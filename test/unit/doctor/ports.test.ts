import { describe, expect, it } from 'vitest';
import { checkNetwork, isLoopback, kindOf } from '../../../src/doctor/checks/network.js';
import { checkPorts, type PortFacts } from '../../../src/doctor/checks/ports.js';
import { inodesOf } from '../../../src/doctor/facts/socket-user.js';

const free: PortFacts = {
  host: '0.0.0.0',
  http: { port: 8080, binding: 'free', user: null, isLenscast: false },
  webRtc: { host: '0.0.0.0', port: 8189, binding: 'free', user: null },
};
const http = (changes: Partial<PortFacts['http']>) => checkPorts({ ...free, http: { ...free.http, ...changes } })[0];

describe('checkPorts', () => {
  it('is content with free ports', () => {
    expect(checkPorts(free)).toMatchObject([
      { level: 'ok', message: 'TCP port 8080 on 0.0.0.0 is free' },
      { level: 'ok', message: 'UDP port 8189 on 0.0.0.0 for WebRTC is free' },
    ]);
  });

  it('names who has the port', () => {
    expect(http({ binding: 'used', user: 'nginx (pid 7)' })).toMatchObject({
      check: 'port',
      level: 'problem',
      message: 'TCP port 8080 on 0.0.0.0 is used by nginx (pid 7)',
    });
    expect(http({ binding: 'used' })?.message).toBe('TCP port 8080 on 0.0.0.0 is used');
  });

  it('takes its own server for no problem', () => {
    const used = { host: '0.0.0.0', port: 8189, binding: 'used', user: 'other (pid 9)' } as const;
    const findings = checkPorts({ ...free, http: { ...free.http, binding: 'used', isLenscast: true }, webRtc: used });
    expect(findings.map(({ level }) => level)).toEqual(['ok', 'ok']);
    expect(checkPorts({ ...free, webRtc: used })[1]).toMatchObject({
      level: 'problem',
      message: 'UDP port 8189 on 0.0.0.0 for WebRTC is used by other (pid 9)',
    });
  });

  it('looks for no port of WebRTC where nobody may watch by it', () => {
    expect(checkPorts({ ...free, webRtc: null })).toHaveLength(1);
    const any = { host: '0.0.0.0', port: 0, binding: 'free', user: null } as const;
    expect(checkPorts({ ...free, webRtc: any })[1]).toMatchObject({
      level: 'ok',
      message: expect.stringMatching(/free/),
    });
    const foreign = { host: '192.0.2.7', port: 8189, binding: 'no-address', user: null } as const;
    expect(checkPorts({ ...free, webRtc: foreign })[1]).toMatchObject({ level: 'problem' });
  });

  it('knows low ports, foreign addresses and port 0', () => {
    expect(http({ port: 80, binding: 'forbidden' })).toMatchObject({
      level: 'problem',
      remedy: expect.stringMatching(/1024/),
    });
    expect(checkPorts({ ...free, host: '192.0.2.7', http: { ...free.http, binding: 'no-address' } })).toMatchObject([
      { level: 'problem', message: 'this machine has no address 192.0.2.7' },
    ]);
    expect(http({ port: 0 })).toMatchObject({ level: 'ok', message: expect.stringMatching(/a free one/) });
  });
});

describe('checkNetwork', () => {
  const addresses = [
    { interface: 'eth0', address: '192.168.1.5' },
    { interface: 'eth0', address: '2001:db8::5' },
    { interface: 'docker0', address: '172.17.0.1' },
  ];

  it('gives each address as a URL and marks bridges', () => {
    const told = checkNetwork({ host: '::', port: 80, addresses }).map(({ message }) => message);
    expect(told).toEqual([
      'http://192.168.1.5:80/ by eth0',
      'http://[2001:db8::5]:80/ by eth0',
      'http://172.17.0.1:80/ by docker0, a bridge to containers or virtual machines: not for viewers outside',
    ]);
    expect(checkNetwork({ host: '0.0.0.0', port: 80, addresses })).toHaveLength(2);
    expect(checkNetwork({ host: '192.168.1.5', port: 80, addresses })).toHaveLength(1);
  });

  it('says that only this machine can watch', () => {
    expect(checkNetwork({ host: '127.0.0.1', port: 80, addresses })).toMatchObject([
      { level: 'ok', remedy: expect.stringMatching(/--host 0\.0\.0\.0/) },
    ]);
  });

  it('warns where there is no address', () => {
    expect(checkNetwork({ host: '0.0.0.0', port: 80, addresses: [] })).toMatchObject([{ level: 'warning' }]);
  });

  it.each([
    ['eth0', ''],
    ['wlan0', ''],
    ['br-1f2e3d', ', a bridge'],
    ['veth1a2b', ', a bridge'],
    ['tailscale0', ', a tunnel'],
    ['wg0', ', a tunnel'],
  ])('%s is%s', (name, kind) => {
    expect(kindOf(name).startsWith(kind)).toBe(true);
    expect(kindOf(name) === '').toBe(kind === '');
  });

  it.each(['127.0.0.1', '127.8.0.1', '::1', 'localhost'])('%s is loopback', (host) => {
    expect(isLoopback(host)).toBe(true);
    expect(isLoopback('10.0.0.1')).toBe(false);
  });
});

it('finds the sockets of a port in /proc/net/tcp', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0',
    '   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 20 4 30 10 -1',
    '   2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0',
  ].join('\n');
  expect(inodesOf(table, 8080, true)).toEqual(['4711']);
  expect(inodesOf(table, 8080, false)).toEqual(['4711', '4712']);
  expect(inodesOf(table, 80, true)).toEqual([]);
});
