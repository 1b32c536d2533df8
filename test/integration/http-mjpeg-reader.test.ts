import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { MjpegReader } from '../../src/camera/http/mjpeg-reader.js';
import type { Cause } from '../../src/camera/supervisor.js';
import { stopAfterTest } from '../support/cleanup.js';
import { HttpCamera, type HttpCameraOptions, readStamp } from '../support/http-camera.js';
import { until } from '../support/until.js';

const size = { width: 160, height: 96, fps: 60 };

/** Reads until it is closed after the test. */
function read(url: string) {
  const parts: Buffer[] = [];
  const faults: Cause[] = [];
  const reader = new MjpegReader(url, {
    onPart: (jpeg) => parts.push(Buffer.from(jpeg)),
    onFault: (cause) => faults.push(cause),
  });
  stopAfterTest({ stop: async () => reader.close() });
  return { reader, parts, faults };
}

const startCamera = async (options: HttpCameraOptions = {}) =>
  stopAfterTest(await HttpCamera.start({ ...size, ...options }));

const withUser = (url: string, user: string, password: string) =>
  url.replace('//', `//${encodeURIComponent(user)}:${encodeURIComponent(password)}@`);

/** A server that says what it is told to, byte by byte, and counts its connections. */
async function startScripted(onRequest: (socket: Socket, head: string) => void) {
  const sockets = new Set<Socket>();
  const heads: string[] = [];
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (data) => {
      heads.push(data.toString('latin1'));
      onRequest(socket, data.toString('latin1'));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stopAfterTest({
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return { port: (server.address() as AddressInfo).port, sockets, heads };
}

const ok = 'HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n';

describe('MjpegReader', () => {
  it.each([
    ['plain', undefined],
    ['basic', { scheme: 'basic', user: 'me', password: 'a:b c@d' }],
    ['digest, MD5', { scheme: 'digest', algorithm: 'MD5', user: 'me "x"', password: 'a:b c' }],
    ['digest, SHA-256', { scheme: 'digest', algorithm: 'SHA-256', user: 'me', password: 'ü' }],
    ['digest as of RFC 2069', { scheme: 'digest', algorithm: 'MD5', qop: false, user: 'me', password: 'pw' }],
  ] satisfies [string, HttpCameraOptions['auth']][])('reads on and on: %s', async (_, auth) => {
    const camera = await startCamera(auth ? { auth } : {});
    const url = auth ? withUser(`${camera.url}?a=b%20c`, auth.user, auth.password) : camera.url;
    const { parts, faults, reader } = read(url);
    await until('twenty pictures', () => parts.length >= 20);
    const stamps = parts.map((part) => readStamp(part)?.sequence ?? Number.NaN);
    expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
    expect(faults).toEqual([]);
    expect(camera.requests).toBe(auth ? 2 : 1);
    reader.close();
    await until('the camera to be left', () => camera.viewers === 0);
  });

  it('follows a redirect, credentials and all', async () => {
    const auth = { scheme: 'digest', algorithm: 'MD5', user: 'me', password: 'pw' } as const;
    const camera = await startCamera({ auth });
    const { parts } = read(withUser(camera.redirectUrl, 'me', 'pw'));
    await until('pictures', () => parts.length > 0);
  });

  it('gives no credentials to the host that it is sent to', async () => {
    const auth = { scheme: 'basic', user: 'me', password: 'secret' } as const;
    const camera = await startCamera({ auth });
    const sender = await startScripted((socket) => {
      socket.end(`HTTP/1.1 302 Found\r\nLocation: ${camera.url}\r\nContent-Length: 0\r\n\r\n`);
    });
    const { faults } = read(`http://me:secret@127.0.0.1:${sender.port}/`);
    await until('a fault', () => faults.length > 0);
    expect(faults[0]).toMatchObject({ code: 'unauthorized', permanent: true });
    expect(camera.requests).toBe(1);
  });

  it('ends a circle of redirects', async () => {
    const circle = await startScripted((socket) => {
      socket.end('HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n');
    });
    const { faults } = read(`http://127.0.0.1:${circle.port}/`);
    await until('a fault', () => faults.length > 0);
    expect(faults).toEqual([{ code: 'http-status', message: '302 from the camera', permanent: false }]);
    expect(circle.heads).toHaveLength(6);
    await until('no connection', () => circle.sockets.size === 0);
  });

  it.each(['file:///etc/passwd', 'rtsp://127.0.0.1/', 'http://', 'javascript:1'])(
    'does not follow a redirect to %s',
    async (location) => {
      const sender = await startScripted((socket) => {
        socket.end(`HTTP/1.1 301 Moved\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`);
      });
      const { faults } = read(`http://127.0.0.1:${sender.port}/`);
      await until('a fault', () => faults.length > 0);
      expect(faults).toEqual([{ code: 'http-status', message: '301 from the camera', permanent: false }]);
    },
  );

  it('says that the password is wrong after one more try', async () => {
    const auth = { scheme: 'digest', algorithm: 'MD5', user: 'me', password: 'right' } as const;
    const camera = await startCamera({ auth });
    const { faults, parts } = read(withUser(camera.url, 'me', 'wrong'));
    await until('a fault', () => faults.length > 0);
    const message = '401 from the camera: user or password is wrong';
    expect(faults).toEqual([{ code: 'unauthorized', message, permanent: true }]);
    expect([camera.requests, parts.length]).toEqual([2, 0]);
  });

  it('says that a password is wanted where none is configured', async () => {
    const camera = await startCamera({ auth: { scheme: 'basic', user: 'me', password: 'right' } });
    const { faults } = read(camera.url);
    await until('a fault', () => faults.length > 0);
    const message = '401 from the camera: it wants a user and a password';
    expect(faults).toEqual([{ code: 'unauthorized', message, permanent: true }]);
    expect(camera.requests).toBe(1);
  });

  it('survives a user name that no header can hold', async () => {
    const auth = { scheme: 'digest', algorithm: 'MD5', user: 'me', password: 'right' } as const;
    const camera = await startCamera({ auth });
    const { faults } = read(withUser(camera.url, 'me\r\nX-Evil: 1', 'right'));
    await until('a fault', () => faults.length > 0);
    expect(faults[0]).toMatchObject({ code: 'settings', permanent: true });
    expect(faults[0]?.message).not.toContain('right');
    await until('no connection', () => camera.viewers === 0);
  });

  it.each([
    ['html', 'not-mjpeg', /text\/html instead of an MJPEG stream/],
    ['not-found', 'http-status', /404 from the camera/],
    ['server-error', 'http-status', /500 from the camera/],
  ] as const)('tells %s', async (fault, code, message) => {
    const camera = await startCamera();
    camera.fault = fault;
    const { faults } = read(camera.url);
    await until('a fault', () => faults.length > 0);
    expect(faults).toEqual([{ code, permanent: false, message: expect.stringMatching(message) }]);
  });

  it.each(['html', 'half-part-then-close'] as const)('tells that a stream ended, by %s', async (fault) => {
    const camera = await startCamera();
    const { faults, parts } = read(camera.url);
    await until('pictures', () => parts.length > 2);
    camera.fault = fault;
    await until('a fault', () => faults.length > 0);
    expect(faults).toEqual([{ code: 'ended', message: expect.any(String), permanent: false }]);
    await until('the camera to be left', () => camera.viewers === 0);
  });

  it('tells a camera that is not there', async () => {
    const camera = await startCamera();
    await camera.stop();
    const { faults } = read(camera.url);
    await until('a fault', () => faults.length > 0);
    const message = `127.0.0.1:${camera.port} refuses the connection`;
    expect(faults).toEqual([{ code: 'unreachable', message, permanent: false }]);
  });

  it('ends a part that never does', async () => {
    const camera = await startCamera();
    camera.fault = 'endless-part';
    const { faults, parts } = read(camera.url);
    await until('a fault', () => faults.length > 0);
    expect(faults[0]).toMatchObject({ code: 'bad-stream', message: expect.stringContaining('larger than 33554432') });
    expect(parts).toEqual([]);
    await until('the camera to be left', () => camera.viewers === 0);
  });

  it('says nothing of a camera that falls silent: that is the watchdog’s matter', async () => {
    const camera = await startCamera();
    const { faults, parts, reader } = read(camera.url);
    await until('pictures', () => parts.length > 2);
    camera.fault = 'silence';
    const before = camera.framesSent;
    await until('no more pictures', () => parts.length >= before);
    expect(faults).toEqual([]);
    reader.close();
    await until('the camera to be left', () => camera.viewers === 0);
  });

  it.each([
    ['before any answer', ''],
    ['within the head', ok.slice(0, 30)],
    ['after the head', ok],
    ['within the boundary', `${ok}--fra`],
    ['within a part’s head', `${ok}--frame\r\nContent-Le`],
    ['within a part', `${ok}--frame\r\nContent-Length: 1000\r\n\r\n${'x'.repeat(500)}`],
    ['asked to authenticate', 'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 100\r\n\r\n'],
  ])('closes %s, leaves no socket and says nothing more', async (_, said) => {
    let asked = 0;
    const camera = await startScripted((socket) => {
      asked++;
      if (asked === 1) socket.write(said);
    });
    const { reader, faults, parts } = read(`http://me:pw@127.0.0.1:${camera.port}/`);
    await until('the request', () => asked > (said.includes(' 401 ') ? 1 : 0));
    reader.close();
    reader.close();
    await until('no connection', () => camera.sockets.size === 0);
    expect([faults, parts]).toEqual([[], []]);
  });

  it('closes at once, before it is connected', async () => {
    const camera = await startScripted(() => {});
    const { reader, faults } = read(`http://127.0.0.1:${camera.port}/`);
    reader.close();
    await until('no connection', () => camera.sockets.size === 0);
    expect(faults).toEqual([]);
  });

  it('hands nothing out after its close, even from the same piece of the stream', async () => {
    const part = '--frame\r\nContent-Length: 4\r\n\r\nabcd\r\n';
    const camera = await startScripted((socket) => socket.write(`${ok}${part.repeat(5)}--frame`));
    let parts = 0;
    const reader: MjpegReader = new MjpegReader(`http://127.0.0.1:${camera.port}/`, {
      onPart: () => {
        parts++;
        reader.close();
      },
      onFault: () => expect.unreachable(),
    });
    await until('the end', () => parts > 0 && camera.sockets.size === 0);
    expect(parts).toBe(1);
  });
});
