import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIceServer } from '../../../src/config/ice-server.js';
import { isLensError } from '../../../src/core/errors.js';
import { iceServerUrl } from '../../../src/core/ice-server.js';

const login = { username: 'me', password: 'secret' };

function problemOf(text: string): string {
  try {
    parseIceServer(text);
  } catch (error) {
    if (isLensError(error, 'CONFIG_INVALID')) return error.message;
    throw error;
  }
  return 'none';
}

describe('an ICE server', () => {
  test.each([
    ['stun:192.0.2.1:3478', { scheme: 'stun', host: '192.0.2.1', port: 3478 }],
    ['stun:stun.example', { scheme: 'stun', host: 'stun.example', port: undefined }],
    ['stuns:stun.example:5349', { scheme: 'stuns', host: 'stun.example', port: 5349 }],
    ['stun:[2001:db8::1]:3478', { scheme: 'stun', host: '2001:db8::1', port: 3478 }],
    ['turn:me:secret@turn.example:65535', { scheme: 'turn', host: 'turn.example', port: 65_535, login }],
    ['turn:me:secret@192.0.2.1?transport=udp', { scheme: 'turn', host: '192.0.2.1', transport: 'udp', login }],
    ['turns:me:secret@[::1]:5349?transport=tcp', { scheme: 'turns', host: '::1', transport: 'tcp', login }],
    ['turns:me:secret@[2001:db8::1]', { scheme: 'turns', host: '2001:db8::1', port: undefined, login }],
  ])('%s is read, and told to browsers as it was written', (text, expected) => {
    const read = parseIceServer(text);
    expect(read).toMatchObject(expected);
    expect(iceServerUrl(read)).toBe(text.replace('me:secret@', ''));
  });

  test('has a password of many characters', () => {
    expect(parseIceServer('turn:1700000000-bob:a:b/c+d=?"%40@turn.example').login).toEqual({
      username: '1700000000-bob',
      password: 'a:b/c+d=?"%40',
    });
  });

  const port = /its port is no number from 1 to 65535; allowed is stun:HOST:PORT and turn:USER:PASSWORD@HOST:PORT\.$/;
  const host = /its host is no name, IPv4 address or IPv6 address in brackets/;
  test.each([
    ['stun:host:abc', port],
    ['stun:host:99999', port],
    ['stun:host:0', port],
    ['stun:host:', port],
    ['stun:host:1:2', port],
    ['turn:me:secret@host:65536?transport=udp', port],
    ['stun://host:3478', /"stun:\/\/host:3478" can't be used: .*no "\/\/" either/],
    ['turns://me:secret@host', /"turns:\/\/me:\*\*\*@host" can't be used: .*no "\/\/" either/],
    ['stun:', host],
    ['stun::3478', host],
    ['stun:2001:db8::1', /can't be used/],
    ['stun:[2001:db8::1', host],
    ['stun:[2001:db8::1%eth0]:3478', host],
    ['stun:[192.0.2.1]:3478', host],
    ['stun:192.0.2.256', host],
    ['stun:a b', host],
    ['stun:a/b', host],
    ['stun:me:secret@host', /a STUN server has no user and password/],
    ['stun:host:1?transport=udp', /nothing follows the port of a STUN server/],
    ['turn:me:secret@host:1?transport=tls', /only "\?transport=udp" or "\?transport=tcp" may follow/],
    ['turn:host:3478', /"turn:host:3478" can't be used: USER:PASSWORD@ stands before the host/],
    ['turn:me@host:3478', /USER:PASSWORD@ stands before the host/],
    ['turn:me:sécret@host', /printable ASCII/],
    ['turn:me:secr\u0000et@host', /printable ASCII/],
    ['http://host', /it begins with none of stun:, stuns:, turn: and turns:/],
    ['host:3478', /it begins with none of/],
  ])('%j is refused, and why', (text, problem) => expect(problemOf(text)).toMatch(problem));

  test.each([
    ...['turn:me:Geheim', 'turns:me:Geheim@host:x', 'turn:me:Geh@Geheim@host:0', 'stun:me:Geheim@host'],
    ...['turn://me:Geheim@host', 'turn:me:Geheim @host', 'tirn:me:Geheim@host', 'turn:me:Geheim\n@host'],
  ])('%j is refused without its password', (text) => {
    expect(problemOf(text)).toMatch(/^"[^"]+" can't be used/);
    expect(problemOf(text)).not.toContain('Geheim');
  });

  test('is refused or read, whatever it is', () => {
    const text = fc.tuple(fc.constantFrom('stun:', 'turns:', 'turn:a:b@', ''), fc.string({ unit: 'binary' }));
    fc.assert(fc.property(text, (parts) => void problemOf(parts.join(''))));
  });
});
