import { describe, expect, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { HttpCamera, readStamp } from '../support/http-camera.js';
import { MjpegClient, type Part } from '../support/mjpeg-client.js';
import { RtspCamera } from '../support/rtsp-camera.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';

interface Cameras {
  readonly [id: string]: string;
}

/** Each camera's keys as YAML has them between braces. */
function yamlOf(cameras: Cameras, top = ''): string {
  const lines = Object.entries(cameras).map(([id, keys]) => `  ${id}: { ${keys} }\n`);
  return `${top}cameras:\n${lines.join('')}`;
}

async function startCamera(width = 320, height = 240): Promise<HttpCamera> {
  return stopAfterTest(await HttpCamera.start({ width, height, fps: 20 }));
}

async function startServer(cameras: Cameras): Promise<Server> {
  return stopAfterTest(await Server.start({ config: yamlOf(cameras) }));
}

async function watch(server: Server, path: string): Promise<MjpegClient> {
  return stopAfterTest(await MjpegClient.open(server.url, path));
}

const source = ({ url }: HttpCamera) => `source: "${url}"`;

/** Resolves once the server has said `words` as often as that. */
async function said(server: Server, words: string, times = 1): Promise<void> {
  await until(`${times} times "${words}"`, () => server.logs.split(words).length > times).catch((error: Error) => {
    throw new Error(`${error.message}: ${server.logs}`);
  });
}

const applied = (server: Server, times = 1) => said(server, 'configuration applied', times);

/** `640x480`, as the JPEG's baseline frame header has it (ITU-T T.81, B.2.2). */
function sizeOf({ jpeg }: Part): string {
  const at = jpeg.indexOf(Buffer.of(0xff, 0xc0, 0x00, 0x11));
  return `${jpeg.readUInt16BE(at + 7)}x${jpeg.readUInt16BE(at + 5)}`;
}

/** Reads on until a picture has that size. */
async function seeSize(client: MjpegClient, size: string): Promise<void> {
  await until(`pictures of ${size}`, async () => sizeOf(await client.part()) === size);
}

/** That each picture is of the camera and none older than the one before; a busy machine may leave some out. */
function expectSteady(parts: readonly Part[]): void {
  const sequences = parts.map(({ jpeg }) => readStamp(jpeg)?.sequence ?? Number.NaN);
  expect(
    sequences.every((each, index) => index === 0 || each >= (sequences[index - 1] ?? 0)),
    `${sequences}`,
  ).toBe(true);
}

describe('a changed configuration file', () => {
  test('adds and removes cameras; who watches another one goes on', async () => {
    const [stays, goes, comes] = [await startCamera(), await startCamera(), await startCamera(160, 120)];
    const server = await startServer({ goes: source(goes), stays: source(stays) });
    await server.shows('source', 'stays');
    const watching = await watch(server, '/cameras/stays/stream?tier=source');
    const leaving = await watch(server, '/cameras/goes/stream?tier=source');
    await watching.parts(5);
    await leaving.part();

    server.configure(yamlOf({ stays: source(stays), comes: source(comes) }));
    await leaving.end();
    await applied(server);

    expect((await fetch(`${server.url}/cameras/goes/stream`)).status).toBe(404);
    await seeSize(await watch(server, '/cameras/comes/stream?tier=source'), '160x120');
    const { cameras } = await server.json<{ cameras: { id: string }[] }>('/api/cameras');
    expect(cameras.map(({ id }) => id)).toEqual(['stays', 'comes']);
    expect(sizeOf(await (await watch(server, '/stream?tier=source')).part())).toBe('320x240');
    await until('no connection to the camera that is gone', () => goes.viewers === 0);
    await watching.backlog();
    expect([watching.ended, stays.requests]).toEqual([false, 1]);
    expectSteady(watching.seen);
    expect(server.logs).toMatch(/configuration applied added=comes removed=goes\b/);
  });

  test('changes the settings of a tier on the way; nothing begins anew', async () => {
    const camera = await startCamera();
    const tiers = (width: number) => `${source(camera)}, tiers: { high: { width: ${width}, height: 240 } }`;
    const server = await startServer({ front: tiers(320) });
    const client = await watch(server, '/stream?tier=high');
    await seeSize(client, '320x240');
    server.configure(yamlOf({ front: tiers(160) }));
    await seeSize(client, '160x120');
    expect(camera.requests).toBe(1);
    expect(server.logs).toMatch(/configuration applied changed=front\b/);
  });

  test('gives a camera another source and other tiers; its viewers stay', async () => {
    const [old, fresh] = [await startCamera(), await startCamera(160, 120)];
    const tiers = (names: string) => `tiers: { ${names} }`;
    const server = await startServer({
      front: `${source(old)}, ${tiers('high: { width: 320 }, low: { width: 160 }')}`,
    });
    const [own, low] = [await watch(server, '/stream?tier=source'), await watch(server, '/stream?tier=low')];
    await seeSize(own, '320x240');
    await seeSize(low, '160x120');
    server.configure(yamlOf({ front: `${source(fresh)}, ${tiers('tiny: { width: 80 }')}` }));
    await seeSize(own, '160x120');
    // The best tier of all takes the place of one that is gone.
    await until('the new camera', async () => readStamp((await low.part()).jpeg) !== null);
    await until('no connection to the old camera', () => old.viewers === 0);
    expect((await server.camera('front')).tiers.map(({ name }) => name)).toEqual(['source', 'tiny']);
    expect([own.ended, low.ended, fresh.requests]).toEqual([false, false, 1]);
  });

  test('a camera that begins to deliver no JPEG any more keeps its viewers, too', async () => {
    const jpeg = await startCamera();
    const rtsp = stopAfterTest(await RtspCamera.start({ width: 640, height: 360, fps: 15 }));
    const server = await startServer({ front: source(jpeg) });
    const client = await watch(server, '/stream?tier=source');
    await seeSize(client, '320x240');
    server.configure(yamlOf({ front: `source: "${rtsp.url}"` }));
    await seeSize(client, '640x360');
    server.configure(yamlOf({ front: 'source: "test:", tiers: { high: { width: 192, height: 108 } }' }));
    await seeSize(client, '192x108');
  });

  test('that is not valid is refused as a whole, in the words of a start, until it is mended', async () => {
    const [one, two] = [await startCamera(), await startCamera()];
    const server = await startServer({ one: source(one) });
    await server.shows('source', 'one');
    const client = await watch(server, '/stream?tier=source');
    await client.part();

    server.configure(yamlOf({ one: `${source(two)}, linger_m: 3`, two: source(two) }));
    await said(server, 'the configuration stays as it was');
    expect(server.logs).toMatch(
      /error .*cameras\.yaml:2:\d+: unknown key "linger_m" in cameras\.one; did you mean "linger_ms"\?/,
    );
    server.configure('cameras: [');
    await said(server, 'the configuration stays as it was', 2);
    expect((await fetch(`${server.url}/cameras/two/stream`)).status).toBe(404);
    await client.backlog();
    expect([client.ended, one.requests, two.requests]).toEqual([false, 1, 0]);
    expectSteady(client.seen);

    server.configure(yamlOf({ one: source(one), two: source(two) }));
    await applied(server);
    await (await watch(server, '/cameras/two/stream?tier=source')).part();
    await client.part();
    expect(one.requests).toBe(1);
  });

  test('cannot move the server, says so, and is applied for the rest', async () => {
    const server = stopAfterTest(
      await Server.start({ config: yamlOf({ a: 'source: "test:"' }, 'server: { host: 127.0.0.1 }\n') }),
    );
    server.configure(yamlOf({ b: 'source: "test:"' }, 'server: { host: 0.0.0.0 }\n'));
    await applied(server);
    expect(server.logs).toMatch(/warn .*server\.host or server\.port needs a restart listening=127\.0\.0\.1:\d+/);
    expect((await server.camera('b')).id).toBe('b');
  });

  test('is also read when SIGHUP says so', async () => {
    const server = await startServer({ a: 'source: "test:"' });
    server.signal('SIGHUP');
    await applied(server, 1);
    server.signal('SIGHUP');
    await applied(server, 2);
    expect(server.running).toBe(true);
  });

  test('may change again at once, and while a camera starts: the last one counts', async () => {
    const [silent, last] = [await startCamera(), await startCamera(160, 120)];
    silent.fault = 'silence';
    const server = await startServer({ front: source(silent) });
    const client = await watch(server, '/stream?tier=source');
    await server.reach('starting', 'front');
    for (const keys of [source(await startCamera()), 'source: "test:"', source(last)]) {
      server.configure(yamlOf({ front: keys }));
      server.signal('SIGHUP');
    }
    await seeSize(client, '160x120');
    await server.reach('live', 'front');
    expect(client.ended).toBe(false);
  });

  test('does not hold up the end of the server', async () => {
    const [one, two] = [await startCamera(), await startCamera()];
    const server = await startServer({ one: source(one), two: source(two) });
    const clients = [await watch(server, '/cameras/one/stream'), await watch(server, '/cameras/two/stream')];
    for (const client of clients) await client.part();
    server.configure(yamlOf({ three: source(one), two: 'source: "test:"' }));
    server.signal('SIGHUP');
    server.signal('SIGTERM');
    expect(await server.exit(10_000)).toBe(0);
    await until('no connection to a camera', () => one.viewers + two.viewers === 0);
  });
});
