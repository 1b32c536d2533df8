import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { monotonicMs } from '../../../../src/core/clock.js';
import { isLensError } from '../../../../src/core/errors.js';
import { parseMaxAge, serveSnapshot } from '../../../../src/transports/snapshot/serve.js';
import { TestFrame, until } from '../../fakes.js';

describe('parseMaxAge', () => {
  it('reads milliseconds, none as 0', () => {
    expect([undefined, '', '0', '250', '3600000'].map(parseMaxAge)).toEqual([0, 0, 0, 250, 3_600_000]);
  });

  it.each(['-1', '1.5', 'soon', '3600001', '1e3', ' 1', '0x10'])('refuses %j', (value) => {
    expect(() => parseMaxAge(value)).toThrow(expect.objectContaining({ code: 'QUERY_INVALID' }));
  });

  it('says what is allowed', () => {
    try {
      parseMaxAge('soon');
      expect.unreachable();
    } catch (error) {
      expect(isLensError(error) && error.message).toContain('whole number of milliseconds from 0 to 3600000');
    }
  });
});

describe('serveSnapshot', () => {
  let server: Server;
  let handle: (response: ServerResponse) => void;
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  beforeEach(async () => {
    server = createServer((_request, response) => handle(response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  it('sends the picture whole, says how old it is, and lets it go', async () => {
    const frame = new TestFrame(1, monotonicMs() - 1000, Buffer.alloc(300_000, 7));
    handle = (response) => serveSnapshot(response, frame, { online: true, ageMs: 12.4 });
    const response = await fetch(url());
    const body = Buffer.from(await response.arrayBuffer());
    expect(body.equals(Buffer.alloc(300_000, 7))).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': '300000',
      'cache-control': 'no-store',
      'x-ustreamer-online': 'true',
      'x-ustreamer-width': '640',
    });
    const ageS = Date.now() / 1000 - Number(response.headers.get('x-timestamp'));
    expect(ageS).toBeGreaterThan(0.99);
    await until('the release', () => frame.freed === 1);
  });

  it('lets the picture go when the client leaves in its middle', async () => {
    const frame = new TestFrame(1, 0, Buffer.alloc(64 * 1024 * 1024));
    handle = (response) => serveSnapshot(response, frame, { online: true, ageMs: 12.4 });
    const [response] = (await once(get(url()), 'response')) as [IncomingMessage];
    await once(response, 'readable');
    expect(frame.freed).toBe(0);
    response.destroy();
    await until('the release', () => frame.freed === 1);
  });

  it('lets the picture go when the client left before it came', async () => {
    const frame = new TestFrame(1);
    let waiting: ServerResponse | undefined;
    handle = (response) => {
      waiting = response;
    };
    const request = get(url());
    request.on('error', () => {});
    await until('the request', () => waiting !== undefined);
    request.destroy();
    await until('its end', () => waiting?.destroyed === true);
    serveSnapshot(waiting as ServerResponse, frame, { online: true, ageMs: 12.4 });
    await until('the release', () => frame.freed === 1, 1000);
  });
});
