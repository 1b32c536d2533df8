import { describe, expect, test } from 'vitest';
import { type LocalAddresses, localCandidates } from '../../../../src/transports/whep/local-candidates.js';
import { formatCandidate, parseCandidate } from '../../../../src/transports/whep/sdp/candidate.js';

describe('a candidate', () => {
  test.each([
    ['candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host', '192.0.2.1'],
    ['candidate:a/+ 1 UDP 1 2001:db8::1 1 typ srflx raddr 10.0.0.1 rport 5 generation 0', '2001:db8::1'],
    ['candidate:1 1 udp 1 10.1.2.3 9 typ relay', '10.1.2.3'],
  ])('%s is read', (text, address) => {
    expect(parseCandidate(text)).toMatchObject({ address });
  });

  test.each([
    ['another component', 'candidate:1 2 udp 1 192.0.2.1 8189 typ host', '192.0.2.1:8189 (not of RTP)'],
    ['TCP', 'candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active', '192.0.2.1:9 (TCP)'],
    ['TCP and IPv6', 'candidate:1 1 TCP 1 2001:db8::1 9 typ host', '[2001:db8::1]:9 (TCP)'],
    ['an unknown type', 'candidate:1 1 udp 1 192.0.2.1 9 typ teapot', '192.0.2.1:9 (of type teapot)'],
    [
      'a name that hides the address',
      'candidate:1 1 udp 1 f8ea4f87-851d.local 5 typ host',
      'f8ea4f87-851d.local:5 (mDNS, not resolvable)',
    ],
    ['another name', 'candidate:1 1 udp 1 pc.example 5 typ host', 'pc.example:5 (no address)'],
    [
      'control characters',
      'candidate:1 1 udp 1 a\u001b[1m\u009bé\u202e.local 5 typ host',
      'a?[1m???.local:5 (mDNS, not resolvable)',
    ],
    ['a long name', `candidate:1 1 udp 1 ${'a'.repeat(255)} 5 typ host`, `${'a'.repeat(64)}…:5 (no address)`],
    ['loopback', 'candidate:1 1 udp 1 127.0.0.1 5 typ host'],
    ['loopback of IPv6', 'candidate:1 1 udp 1 ::1 5 typ host'],
    ['loopback in IPv6', 'candidate:1 1 udp 1 ::ffff:127.0.0.1 5 typ host'],
    ['link-local', 'candidate:1 1 udp 1 fe80::1 5 typ host'],
    ['a group', 'candidate:1 1 udp 1 239.1.1.1 5 typ host'],
    ['everybody', 'candidate:1 1 udp 1 255.255.255.255 5 typ host'],
    ['no address', 'candidate:1 1 udp 1 0.0.0.0 5 typ host'],
    ['no port', 'candidate:1 1 udp 1 192.0.2.1 0 typ host'],
  ])('of %s can’t be used, and why', (_, text, told = expect.stringContaining('(of no other machine)')) => {
    expect(parseCandidate(text)).toEqual({ unusable: told });
  });

  test.each([
    '',
    'candidate:',
    'candidate:1 1 udp x 192.0.2.1 5 typ host',
    'candidate:1 1 udp 1 192.0.2.1 70000 typ host',
  ])('%j is none', (text) => expect(parseCandidate(text)).toBeUndefined());

  test('is written as it is read', () => {
    const text = 'candidate:1 1 udp 5 2001:db8::1 8189 typ srflx raddr :: rport 0';
    const candidate = parseCandidate(text);
    expect(candidate && 'address' in candidate && formatCandidate(candidate)).toBe(text);
  });
});

const info = (address: string, internal = false) => {
  const family = address.includes(':') ? ('IPv6' as const) : ('IPv4' as const);
  const shared = { address, netmask: '', mac: '', internal, cidr: null };
  return family === 'IPv6' ? { ...shared, family, scopeid: 0 } : { ...shared, family };
};

const machine: LocalAddresses = {
  interfaces: {
    lo: [info('127.0.0.1', true), info('::1', true)],
    eth0: [info('2001:db8::5'), info('192.0.2.5'), info('fe80::1')],
    wlan0: [info('198.51.100.7'), info('169.254.3.3')],
    docker0: [info('172.17.0.1')],
    'br-3fe1': [info('172.18.0.1')],
    veth1a: [info('172.19.0.1')],
    virbr0: [info('192.168.122.1')],
    'cni-podman0': [info('10.88.0.1')],
  },
  boundTo: null,
  hasIpv6: true,
  further: [],
  reachedAt: undefined,
};

const addressesOf = (change: Partial<LocalAddresses>) =>
  localCandidates({ ...machine, ...change }, 8189).map(({ address }) => address);

describe('the candidates of this machine', () => {
  test('are its addresses without those of bridges, loopback and links', () => {
    expect(addressesOf({})).toEqual(['192.0.2.5', '198.51.100.7', '2001:db8::5']);
    expect(addressesOf({ hasIpv6: false })).toEqual(['192.0.2.5', '198.51.100.7']);
  });

  test('begin with those configured and the one that was asked, whatever it is', () => {
    expect(addressesOf({ further: ['203.0.113.9'], reachedAt: '::ffff:127.0.0.1' })).toEqual([
      ...['203.0.113.9', '127.0.0.1'],
      ...['192.0.2.5', '198.51.100.7', '2001:db8::5'],
    ]);
    expect(addressesOf({ reachedAt: '192.0.2.5' })).toEqual(['192.0.2.5', '198.51.100.7', '2001:db8::5']);
    expect(addressesOf({ reachedAt: 'fe80::1%eth0' })).toEqual(addressesOf({}));
  });

  test('are the one address that is listened on, and those configured', () => {
    expect(addressesOf({ boundTo: '127.0.0.1', further: ['203.0.113.9'], reachedAt: '192.0.2.5' })).toEqual([
      '203.0.113.9',
      '127.0.0.1',
    ]);
  });

  test('have falling priorities and foundations of their own', () => {
    const candidates = localCandidates(machine, 1);
    expect(candidates[0]?.priority).toBe(2130706431);
    expect(candidates.map(({ priority }) => priority)).toEqual(
      candidates.map(({ priority }) => priority).toSorted((a, b) => b - a),
    );
    expect(new Set(candidates.map(({ foundation }) => foundation)).size).toBe(candidates.length);
  });
});
