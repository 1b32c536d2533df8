import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type HttpAuthOptions,
  HttpCamera,
  type HttpCameraFault,
  type HttpCameraOptions,
  readStamp,
  type Stamp,
} from '../support/http-camera.js';
import { runProgram } from '../support/run-program.js';

const programTimeoutMs = 15_000;
const started: { stop(): Promise<unknown> }[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((camera) => camera.stop()));
});

async function startHttp(options: HttpCameraOptions = {}): Promise<HttpCamera> {
  const camera = await HttpCamera.start({ width: 320, height: 240, ...options });
  started.push(camera);
  return camera;
}

/** The stamps of all JPEGs in a byte stream. */
function stampsIn(bytes: Buffer): Stamp[] {
  const found: Stamp[] = [];
  const soi = Buffer.from([0xff, 0xd8, 0xff, 0xfe]);
  for (let at = bytes.indexOf(soi); at >= 0; at = bytes.indexOf(soi, at + 4)) {
    const stamp = readStamp(bytes.subarray(at));
    if (stamp) found.push(stamp);
  }
  return found;
}

function expectConsecutive(stamps: readonly Stamp[]): void {
  for (const [index, stamp] of stamps.entries()) {
    const before = stamps[index - 1];
    if (before) expect(stamp.sequence).toBeGreaterThan(before.sequence);
    if (before) expect(stamp.captureUs).toBeGreaterThan(before.captureUs);
  }
  const steps = stamps.slice(1).map((stamp, index) => stamp.sequence - (stamps[index]?.sequence ?? 0));
  expect(steps.filter((step) => step === 1).length).toBeGreaterThanOrEqual(steps.length * 0.8);
}

async function respond(url: string, headers = {}, timeoutMs = 10_000): Promise<IncomingMessage> {
  const request = get(url, { headers, agent: false });
  started.push({ stop: async () => request.destroy() });
  request.on('error', () => {}); // cut off at the test's end
  const [response] = (await once(request, 'response', { signal: AbortSignal.timeout(timeoutMs) })) as [IncomingMessage];
  response.on('error', () => {}); // the camera may cut the connection: each test says whether it should
  return response;
}

/** At least the first `wanted` bytes of the body, or all of it where it ends before; the stream stays open. */
async function readStart(response: IncomingMessage, wanted: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= wanted) break;
  }
  return Buffer.concat(chunks);
}

/** A part of the default framing: what its Content-Length says, and what follows its header. */
function onePart(bytes: Buffer): { length: number; body: Buffer } {
  const end = bytes.indexOf('\r\n\r\n');
  const length = /^--frame\r\nContent-Type: image\/jpeg\r\nContent-Length: (\d+)$/.exec(
    bytes.toString('latin1', 0, end),
  );
  return { length: Number(length?.[1]), body: bytes.subarray(end + 4) };
}

describe('the HTTP camera, as ffmpeg and GStreamer see it', () => {
  test.each<[string, HttpCameraOptions]>([
    ['with Content-Length', {}],
    ['without Content-Length', { framing: { contentLength: false } }],
    ['chunked', { chunked: true }],
    ['chunked, without Content-Length', { chunked: true, framing: { contentLength: false } }],
    ['LF-only', { framing: { lineEnd: '\n' } }],
    ['no line end before the boundary', { framing: { lineEndBeforeBoundary: false } }],
    ['a quoted boundary of odd characters', { framing: { boundary: "my'b(o)u+n_d,a-r./y:=?", quoted: true } }],
    ['dashes in the header', { framing: { dashesInHeader: true } }],
    ['extra part headers', { framing: { partHeaders: ['X-Timestamp: 12.5', 'X-Motion: none'] } }],
  ])('shows every picture once and in order: %s', async (_name, options) => {
    const camera = await startHttp({ fps: 15, ...options });
    const copy = ['-f', 'mpjpeg', '-i', camera.url, '-frames:v', '20', '-c', 'copy', '-f', 'mjpeg', '-'];
    const { code, stdout, stderr } = await runProgram('ffmpeg', ['-v', 'error', ...copy], programTimeoutMs);
    expect(code, stderr).toBe(0);
    const stamps = stampsIn(stdout);
    expect(stamps.length).toBe(20);
    expectConsecutive(stamps);
  });

  test.each<[string, HttpCameraOptions]>([
    ['with Content-Length', {}],
    ['without Content-Length', { framing: { contentLength: false } }],
    ['chunked', { chunked: true }],
  ])('decodes in GStreamer: %s', async (_name, options) => {
    const camera = await startHttp(options);
    const source = ['souphttpsrc', `location=${camera.url}`, 'is-live=true', '!', 'multipartdemux', '!'];
    const sink = ['jpegdec', 'max-errors=1', '!', 'identity', 'eos-after=15', '!', 'fakesink'];
    const { code, stderr } = await runProgram('gst-launch-1.0', ['-q', ...source, ...sink], programTimeoutMs);
    expect(code, stderr).toBe(0);
    expect(camera.framesSent).toBeGreaterThanOrEqual(14);
  });
});

test('the HTTP camera sends a preamble, which most readers stumble over', async () => {
  const preamble = 'This is a multipart stream.\r\n';
  const camera = await startHttp({ framing: { preamble } });
  const stream = await readStart(await respond(camera.url), 1000);
  expect(stream.toString('latin1').startsWith(`${preamble}--frame\r\nContent-Type: image/jpeg\r\n`)).toBe(true);
});

describe('the HTTP camera lets in who knows the password, and nobody else', () => {
  const secret = { user: 'viewer', password: 'p:"s\u00e4 q' } as const;
  const curl = (url: string, ...args: string[]) =>
    runProgram('curl', ['-sv', '--max-time', '10', ...args, url], programTimeoutMs);

  test.each<[string, HttpAuthOptions, string]>([
    ['basic', { scheme: 'basic', ...secret }, '--basic'],
    ['digest MD5', { scheme: 'digest', algorithm: 'MD5', ...secret }, '--digest'],
    ['digest SHA-256', { scheme: 'digest', algorithm: 'SHA-256', ...secret }, '--digest'],
    ['digest without qop', { scheme: 'digest', algorithm: 'MD5', qop: false, ...secret }, '--digest'],
  ])('%s, as curl does it', async (_name, auth, scheme) => {
    const camera = await startHttp({ auth });
    camera.fault = 'half-part-then-close'; // curl comes to an end
    const right = await curl(camera.url, scheme, '-u', `${secret.user}:${secret.password}`);
    expect(right.code, right.stderr).toBe(0);
    expect(stampsIn(right.stdout).length).toBe(1);
    for (const who of [`${secret.user}:wrong`, `nobody:${secret.password}`]) {
      const { stdout, stderr } = await curl(camera.url, scheme, '-u', who);
      expect(stderr).toContain('HTTP/1.1 401 ');
      expect(stdout.length).toBe(0);
    }
    expect((await respond(camera.url)).statusCode).toBe(401);
  });

  test.each(['MD5', 'SHA-256'] as const)(
    'digest %s: an answer counts once and for its request alone',
    async (algorithm) => {
      const camera = await startHttp({ auth: { scheme: 'digest', algorithm, ...secret } });
      camera.fault = 'half-part-then-close';
      const { stderr } = await curl(camera.url, '--digest', '-u', `${secret.user}:${secret.password}`);
      const authorization = /^> Authorization: (Digest .*?)\r?$/m.exec(stderr)?.[1] ?? '';
      expect(authorization).toContain('nonce=');
      const ask = async (url: string, header: string) => {
        const { statusCode, headers } = await respond(url, { Authorization: header });
        return { statusCode, stale: headers['www-authenticate']?.includes('stale=true') };
      };
      expect(await ask(camera.url, authorization)).toEqual({ statusCode: 401, stale: true });
      const changed = { statusCode: 401, stale: false };
      expect(await ask(`${camera.url}?other`, authorization)).toEqual(changed);
      expect(await ask(camera.url, authorization.replace('nc=00000001', 'nc=00000002'))).toEqual(changed);
      expect(await ask(camera.url, authorization.replace(/ nonce="./, ' nonce="!'))).toEqual(changed);
      expect(await ask(camera.url, authorization.replace(/response="./, 'response="x'))).toEqual(changed);
    },
  );

  test('a nonce that the camera has forgotten is stale', async () => {
    const camera = await startHttp({ auth: { scheme: 'digest', algorithm: 'MD5', ...secret } });
    const first = await respond(camera.url);
    const nonce = /nonce="([^"]+)"/.exec(first.headers['www-authenticate'] ?? '')?.[1] ?? '';
    const opaque = /opaque="([^"]+)"/.exec(first.headers['www-authenticate'] ?? '')?.[1] ?? '';
    const md5 = (...parts: string[]) => createHash('md5').update(parts.join(':')).digest('hex');
    const authorization = (nc: string) => {
      const login = md5(secret.user, 'test camera', secret.password);
      const response = md5(login, nonce, nc, 'abc', 'auth', md5('GET', '/stream'));
      const fields = {
        username: secret.user,
        realm: 'test camera',
        nonce,
        uri: '/stream',
        opaque,
        cnonce: 'abc',
        response,
      };
      const quoted = Object.entries(fields).map(([name, value]) => `${name}="${value}"`);
      return `Digest ${quoted.join(', ')}, algorithm=MD5, qop=auth, nc=${nc}`;
    };
    expect((await respond(camera.url, { Authorization: authorization('00000001') })).statusCode).toBe(200);
    expect((await respond(camera.url, { Authorization: authorization('00000002') })).statusCode).toBe(200);
    camera.expireNonces();
    const stale = await respond(camera.url, { Authorization: authorization('00000003') });
    expect(stale.statusCode).toBe(401);
    expect(stale.headers['www-authenticate']).toContain('stale=true');
  });
});

describe('the HTTP camera out of order', () => {
  test('redirects', async () => {
    const camera = await startHttp();
    camera.fault = 'half-part-then-close';
    const plain = await respond(camera.redirectUrl);
    expect([plain.statusCode, plain.headers.location]).toEqual([302, camera.url]);
    const followed = await runProgram('curl', ['-sL', '--max-time', '10', camera.redirectUrl], programTimeoutMs);
    expect(stampsIn(followed.stdout).length).toBe(1);
  });

  test.each([
    ['not-found', 404, 'text/plain'],
    ['server-error', 500, 'text/plain'],
    ['html', 200, 'text/html'],
  ] as const)('%s: streams end and new requests are told', async (fault, status, type) => {
    const camera = await startHttp();
    const stream = await respond(camera.url);
    await readStart(stream, 1000);
    camera.fault = fault;
    await expect.poll(() => camera.viewers, { timeout: 10_000, message: 'the stream has ended' }).toBe(0);
    const response = await respond(camera.url);
    expect([response.statusCode, response.headers['content-type']]).toEqual([status, type]);
    camera.fault = 'none';
    expect((await respond(camera.url)).statusCode).toBe(200);
  });

  test('silence: neither an answer nor another frame, and connections stay open', async () => {
    const camera = await startHttp();
    await respond(camera.url);
    await expect.poll(() => camera.framesSent, { timeout: 10_000, message: 'frames' }).toBeGreaterThan(0);
    camera.fault = 'silence';
    const sent = camera.framesSent;
    await expect(respond(camera.url, {}, 500)).rejects.toThrow('aborted');
    expect([camera.framesSent, camera.viewers]).toEqual([sent, 1]);
    camera.fault = 'none';
    await expect.poll(() => camera.framesSent, { timeout: 10_000, message: 'frames again' }).toBeGreaterThan(sent);
  });

  test('half a part: then silence, or the end', async () => {
    const camera = await startHttp();
    camera.fault = 'half-part-then-close';
    const { length, body } = onePart(await readStart(await respond(camera.url), Number.POSITIVE_INFINITY));
    expect(body.length).toBe(length >> 1);
    camera.fault = 'half-part-then-silence';
    const silent = await respond(camera.url);
    const start = await readStart(silent, body.length);
    camera.fault = 'none'; // changes nothing for a stream in the middle of a part
    const sent = camera.framesSent;
    await respond(camera.url);
    await expect.poll(() => camera.framesSent, { timeout: 10_000, message: 'others go on' }).toBeGreaterThan(sent + 5);
    expect(stampsIn(start).length).toBe(1);
    expect(silent.readableLength).toBe(0);
    expect(silent.destroyed).toBe(false);
  });

  test('cut JPEGs and lengths that lie', async () => {
    const camera = await startHttp();
    const wholeParts = async (fault: HttpCameraFault) => {
      camera.fault = fault;
      const stream = await readStart(await respond(camera.url), 60_000);
      return onePart(stream.subarray(0, stream.indexOf('\r\n--frame', 10)));
    };
    const right = await wholeParts('none');
    expect(right.length).toBe(right.body.length);
    expect(right.body.readUInt16BE(right.body.length - 2)).toBe(0xffd9);
    const cut = await wholeParts('cut-jpegs');
    expect(cut.length).toBe(cut.body.length);
    expect(cut.body.readUInt16BE(cut.body.length - 2)).not.toBe(0xffd9);
    const large = await wholeParts('content-length-too-large');
    expect(large.length).toBe(large.body.length + 1000);
    const small = await wholeParts('content-length-too-small');
    expect(small.length).toBe(small.body.length - 1000);
  });

  test('an endless part: more than 64 MB without a boundary', async () => {
    const camera = await startHttp();
    camera.fault = 'endless-part';
    let bytes = 0;
    let boundaries = 0;
    for await (const chunk of await respond(camera.url)) {
      bytes += chunk.length;
      if ((chunk as Buffer).includes('--frame')) boundaries++;
      if (bytes > 70 << 20) break;
    }
    expect(bytes).toBeGreaterThan(64 << 20);
    expect(boundaries).toBe(1);
    await expect.poll(() => camera.viewers, { timeout: 10_000, message: 'the viewer is gone' }).toBe(0);
  });

  test('stops with its streams open, and starts again on the same port', async () => {
    const camera = await startHttp();
    const stream = await respond(camera.url);
    stream.resume();
    const closed = once(stream, 'close');
    await camera.stop();
    await camera.stop();
    await closed;
    const again = await startHttp({ port: camera.port });
    expect((await respond(again.url)).statusCode).toBe(200);
    await expect(startHttp({ port: camera.port })).rejects.toThrow('EADDRINUSE');
  });
});
