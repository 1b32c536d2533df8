/** WS-Discovery 1.1 (OASIS), as ONVIF's Core Specification has it in section 7: cameras that answer a probe. */

import { randomUUID } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface OnvifDevice {
  /** The host that answered at, `192.168.1.60`. */
  readonly host: string;
  /** The device services' addresses, XAddrs. */
  readonly services: readonly string[];
  /** What the scopes call it; '' where they don't. */
  readonly name: string;
  readonly hardware: string;
}

export interface DiscoveryOptions {
  readonly timeoutMs: number;
  /** Where the probe goes. */
  readonly to?: { readonly address: string; readonly port: number };
  /** The addresses of this machine that it leaves from. */
  readonly from?: readonly string[];
}

// WS-Discovery 1.1, section 2.4.
const multicast = { address: '239.255.255.250', port: 3702 };

/** Asks once and listens for `timeoutMs`. What answers is not trusted: at most 64 devices, each cleaned. Never rejects. */
export async function discoverOnvif(options: DiscoveryOptions): Promise<readonly OnvifDevice[]> {
  const { timeoutMs, to = multicast, from = ownAddresses() } = options;
  const found = new Map<string, OnvifDevice>();
  const onAnswer = (text: string, host: string) => {
    const device = parseProbeMatch(text, host);
    if (device !== null && found.size < 64) found.set(device.services[0] ?? host, device);
  };
  const sockets = await Promise.all(from.map((address) => ask(address, to, onAnswer)));
  if (sockets.some((socket) => socket !== null)) await new Promise((resolve) => setTimeout(resolve, timeoutMs));
  for (const socket of sockets) socket?.close();
  return [...found.values()].sort((a, b) => a.host.localeCompare(b.host, 'en', { numeric: true }));
}

function ownAddresses(): readonly string[] {
  const entries = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return entries.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address);
}

type OnAnswer = (text: string, host: string) => void;

/** Null where nothing can be sent from that address. */
function ask(from: string, to: { address: string; port: number }, onAnswer: OnAnswer): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.on('error', () => {
      socket.removeAllListeners('message');
      resolve(null);
    });
    socket.on('message', (message, { address }) => onAnswer(message.toString(), address));
    socket.bind({ address: from, port: 0 }, () => {
      try {
        socket.setMulticastInterface(from);
      } catch {
        // An interface that has no multicast may still reach the address.
      }
      socket.send(probe(), to.port, to.address, () => resolve(socket));
    });
  });
}

function probe(): string {
  const addressing = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';
  const discovery = 'http://schemas.xmlsoap.org/ws/2005/04/discovery';
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="${addressing}" xmlns:d="${discovery}"`,
    ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header>',
    `<w:MessageID>uuid:${randomUUID()}</w:MessageID>`,
    '<w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>',
    `<w:Action e:mustUnderstand="true">${discovery}/Probe</w:Action></e:Header>`,
    '<e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>',
  ].join('');
}

/** Reads an answer; null where it is none. */
export function parseProbeMatch(text: string, sender: string): OnvifDevice | null {
  const services = (elementText(text, 'XAddrs') ?? '').split(/\s+/).filter(isServiceUrl).slice(0, 8);
  if (services.length === 0) return null;
  const scopes = (elementText(text, 'Scopes') ?? '').split(/\s+/);
  return {
    host: hostOf(services, sender),
    services,
    name: scopeOf(scopes, 'name'),
    hardware: scopeOf(scopes, 'hardware'),
  };
}

function elementText(text: string, name: string): string | null {
  return new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([^<]*)</`).exec(text)?.[1]?.trim() ?? null;
}

function isServiceUrl(url: string): boolean {
  return /^https?:\/\/[!-~]+$/.test(url) && URL.canParse(url);
}

/** A camera lists also addresses that only it can use: the one that it answered from is sure to work. */
function hostOf(services: readonly string[], sender: string): string {
  const hosts = services.map((service) => new URL(service).hostname);
  return hosts.includes(sender) || !isIPv4(hosts[0] ?? '') ? sender : (hosts[0] ?? sender);
}

/** `onvif://www.onvif.org/name/ACME%20Cam` says that it is called `ACME Cam`. */
function scopeOf(scopes: readonly string[], kind: string): string {
  const prefix = `onvif://www.onvif.org/${kind}/`;
  const scope = scopes.find((each) => each.toLowerCase().startsWith(prefix));
  if (scope === undefined) return '';
  const value = scope.slice(prefix.length, prefix.length + 200);
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
