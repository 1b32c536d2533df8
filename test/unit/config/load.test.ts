import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/config.js';
import { type LoadOptions, loadConfig, parseConfig } from '../../../src/config/load.js';
import { isLensError, LensError } from '../../../src/core/errors.js';

type Given = LoadOptions['arguments'];
const NOTHING: Given = { config: undefined, sources: [], host: undefined, port: undefined };

function parse(text: string, environment: Record<string, string> = {}, given: Partial<Given> = {}): Config {
  return parseConfig(text, 'lenscast.yaml', { environment, arguments: { ...NOTHING, ...given } });
}

function problems(text: string, environment: Record<string, string> = {}, given: Partial<Given> = {}): string[] {
  try {
    parse(text, environment, given);
  } catch (error) {
    if (isLensError(error, 'CONFIG_INVALID')) return error.message.split('\n');
    throw error;
  }
  throw new Error('the configuration was accepted');
}

const CAMERA = 'cameras: { front: { source: "test:" } }\n';

describe('a configuration file', () => {
  it('has defaults for everything but the source', () => {
    expect(parse('')).toEqual({
      server: { host: '127.0.0.1', port: 8080 },
      webrtc: { host: '127.0.0.1', port: 8189, hosts: [], iceServers: [], origins: [], maxViewers: 200 },
      cameras: [],
    });
    expect(parse('# nothing\nserver:\ncameras:\n')).toEqual(parse(''));
    expect(parse(CAMERA).cameras).toEqual([
      {
        id: 'front',
        name: 'front',
        source: { kind: 'test' },
        tiers: [
          { name: 'high', width: 1920, height: 1080, fps: 30, quality: 85, bitrateBps: 4_000_000, minFps: null },
          { name: 'medium', width: 1280, height: 720, fps: 20, quality: 75, bitrateBps: 2_000_000, minFps: null },
          { name: 'low', width: 640, height: 360, fps: 15, quality: 60, bitrateBps: 1_000_000, minFps: null },
        ],
        minFps: null,
        lingerMs: 15_000,
        retryMaxMs: 1500,
        rtspTransport: 'tcp',
        latencyMs: 100,
        isolation: 'none',
        acceleration: 'auto',
        nice: 0,
        cpus: null,
      },
    ]);
  });

  it('takes every key', () => {
    const text = `
server: { host: "::", port: 0 }
webrtc:
  host: 10.0.0.1
  port: 9000
  hosts: [192.0.2.1, cam.example]
  ice_servers: ["stun:stun.example:3478", "turn:me:secret@turn.example:3478?transport=udp"]
  origins: ["https://home.example:8123"]
  max_viewers: 3
cameras:
  front:
    name: Front door
    source: rtsp://10.0.0.7/live
    linger_ms: 0
    rtsp_transport: udp
    latency_ms: 50
    isolation: process
    acceleration: software
    nice: 4
    cpu_affinity: 1
    min_fps: 1
    tiers:
      tiny: { width: 320, height: 240, fps: 5, quality: 40, bitrate: 100000, min_fps: 2 }
`;
    expect(parse(text)).toEqual({
      server: { host: '::', port: 0 },
      webrtc: {
        host: '10.0.0.1',
        port: 9000,
        hosts: ['192.0.2.1', 'cam.example'],
        iceServers: [
          { scheme: 'stun', host: 'stun.example', port: 3478, transport: undefined, login: undefined },
          {
            scheme: 'turn',
            host: 'turn.example',
            port: 3478,
            transport: 'udp',
            login: { username: 'me', password: 'secret' },
          },
        ],
        origins: ['https://home.example:8123'],
        maxViewers: 3,
      },
      cameras: [
        {
          id: 'front',
          name: 'Front door',
          source: { kind: 'rtsp', url: 'rtsp://10.0.0.7/live' },
          tiers: [{ name: 'tiny', width: 320, height: 240, fps: 5, quality: 40, bitrateBps: 100_000, minFps: 2 }],
          minFps: 1,
          lingerMs: 0,
          retryMaxMs: 1500,
          rtspTransport: 'udp',
          latencyMs: 50,
          isolation: 'process',
          acceleration: 'software',
          nice: 4,
          cpus: [1],
        },
      ],
    });
  });

  it('fills tiers from the default of their name, own ones from medium, and keeps their order', () => {
    const text = 'cameras: { a: { source: "test:", tiers: { low: { fps: 5 }, mine: { width: 800 }, high: } } }';
    const [low, mine, high] = parse(text).cameras[0]?.tiers ?? [];
    expect(low).toEqual({
      name: 'low',
      width: 640,
      height: 360,
      fps: 5,
      quality: 60,
      bitrateBps: 1_000_000,
      minFps: null,
    });
    expect(mine).toEqual({
      name: 'mine',
      width: 800,
      height: 720,
      fps: 20,
      quality: 75,
      bitrateBps: 2_000_000,
      minFps: null,
    });
    expect(high).toMatchObject({ name: 'high', width: 1920 });
  });

  it('gives a tier the least frame rate of its camera where it has none of its own', () => {
    const text = 'cameras: { a: { source: "test:", min_fps: 2, tiers: { low: { min_fps: 5 }, high: } } }';
    const [camera] = parse(text).cameras;
    expect([camera?.minFps, camera?.tiers.map(({ minFps }) => minFps)]).toEqual([2, [5, 2]]);
    const none = parse('cameras: { a: { source: "test:", min_fps: } }').cameras[0];
    expect([none?.minFps, none?.tiers[0]?.minFps]).toEqual([null, null]);
  });

  it('keeps the order of the cameras, also of ids that are numbers or names of Object.prototype', () => {
    const ids = ['b', '7', '2', 'constructor', 'a'];
    const text = `cameras:\n${ids.map((id) => `  ${id}: { source: "test:" }\n`).join('')}`;
    expect(parse(text).cameras.map(({ id }) => id)).toEqual(ids);
  });

  it('takes a free port for WebRTC where it takes one for HTTP, and the address of HTTP', () => {
    expect(parse('server: { host: "::1", port: 0 }').webrtc).toMatchObject({ host: '::1', port: 0 });
    expect(parse('server: { port: 0 }\nwebrtc: { port: 8189 }').webrtc.port).toBe(8189);
  });

  it('understands anchors', () => {
    const text = 'cameras:\n  a: &a { source: "test:", linger_ms: 1 }\n  b: *a\n';
    expect(parse(text).cameras.map(({ id, lingerMs }) => [id, lingerMs])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });
});

describe('mistakes in a file', () => {
  it.each<[string, string, RegExp]>([
    [
      'a wrong key',
      'server: { prot: 1 }',
      /^lenscast\.yaml:1:11: unknown key "prot" in server; did you mean "port"\? Allowed: host, port\.$/,
    ],
    [
      'a wrong key at the top',
      `${CAMERA}sever: {}`,
      /^lenscast\.yaml:2:1: .*did you mean "server"\? Allowed: server, webrtc, cameras\.$/,
    ],
    [
      'a wrong type',
      'server:\n  port: high\n',
      /^lenscast\.yaml:2:9: server\.port: "high" is not valid; allowed is a whole number from 0 to 65535\.$/,
    ],
    ['a fraction', 'server:\n  port: 80.5\n', /^lenscast\.yaml:2:9: server\.port: 80\.5 is not valid/],
    ['out of range', 'server:\n  port: 65536\n', /^lenscast\.yaml:2:9: server\.port: 65536 is not valid/],
    [
      'a map where a value belongs',
      'server:\n  port: {}\n',
      /^lenscast\.yaml:2:3: server\.port: an empty map is not valid/,
    ],
    [
      'a value where a map belongs',
      'server: 5',
      /^lenscast\.yaml:1:9: server: 5 is not valid; allowed is a map with the keys host, port\.$/,
    ],
    ['a list of cameras', 'cameras: [a]', /^lenscast\.yaml:1:10: cameras: a list is not valid; allowed is a map/],
    [
      'no source',
      'cameras:\n  front:\n    name: x\n',
      /^lenscast\.yaml:2:3: cameras\.front\.source: is missing; allowed is v4l2:/,
    ],
    ['nothing in a camera', 'cameras:\n  front:\n', /^lenscast\.yaml:2:3: cameras\.front\.source: is missing/],
    [
      'an unknown scheme',
      'cameras: { a: { source: "ftp://h" } }',
      /^lenscast\.yaml:1:25: cameras\.a\.source: Source "ftp:\/\/h" .*Allowed are v4l2:/,
    ],
    ['a pipeline as a source', 'cameras: { a: { source: "videotestsrc ! fakesink" } }', /can't be used/],
    [
      'a bad camera id',
      'cameras: { Front: { source: "test:" } }',
      /^lenscast\.yaml:1:12: cameras\.Front: "Front" can't name a camera; allowed is/,
    ],
    [
      'a reserved tier',
      'cameras: { a: { source: "test:", tiers: { auto: {} } } }',
      /"auto" can't name a tier; .*reserved/,
    ],
    [
      'no tiers',
      'cameras: { a: { source: "test:", tiers: {} } }',
      /cameras\.a\.tiers: an empty map is not valid; allowed is at least one tier/,
    ],
    [
      'a wrong transport',
      'cameras: { a: { source: "test:", rtsp_transport: tpc } }',
      /"tpc" is not valid; allowed is tcp or udp/,
    ],
    [
      'an ICE server without its password',
      'webrtc: { ice_servers: ["stun:a:1", "turn:h:3478"] }',
      /^lenscast\.yaml:1:11: webrtc\.ice_servers\.1: "turn:h:3478" can't be used: .*; allowed is stun:HOST:PORT and/,
    ],
    ['a control character in a name', 'cameras: { a: { source: "test:", name: "a\\nb" } }', /cameras\.a\.name/],
    ['a list at the top', '- a', /^lenscast\.yaml:1:1: at the top there must be a map/],
    ['a text at the top', 'hello', /^lenscast\.yaml:1:1: at the top there must be a map/],
    ['broken YAML', 'server: {\n', /^lenscast\.yaml:\d+:\d+: not valid YAML: /],
    [
      'test: without quotes',
      'cameras:\n  a:\n    source: test:\n',
      /^lenscast\.yaml:3:\d+: not valid YAML: .*in quotes: "test:"\.$/,
    ],
    ['two documents', '{}\n---\n{}\n', /not valid YAML/],
    ['an unknown alias', 'server: *x', /not valid YAML/],
  ])('%s', (_, text, expected) => {
    const lines = problems(text);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(expected);
  });

  it('names a key that is there twice', () => {
    expect(problems('server: {}\ncameras:\n  a: { source: "test:" }\n  "a": { source: "test:" }\n')).toEqual([
      'lenscast.yaml:4:3: the key "a" is there twice.',
    ]);
  });

  it('reports all of them together, in the order of the file', () => {
    const text = `server:\n  prot: 1\n  port: x\n${CAMERA.replace('}', ', tiers: { a: { fps: 0, x: 1 } } }')}z: 1\n`;
    expect(problems(text).map((line) => line.split(' ')[0])).toEqual([
      'lenscast.yaml:2:3:',
      'lenscast.yaml:3:9:',
      'lenscast.yaml:4:58:',
      'lenscast.yaml:4:61:',
      'lenscast.yaml:5:1:',
    ]);
  });

  it('has them as data too', () => {
    try {
      parse('server: { port: x }');
      expect.unreachable();
    } catch (error) {
      expect((error as LensError).details?.problems).toEqual([
        { where: 'lenscast.yaml:1:17', key: 'server.port', message: expect.stringContaining('whole number') },
      ]);
    }
  });

  it('never show a password', () => {
    const url = fc
      .string({ unit: 'binary', minLength: 1 })
      .map((secret) => JSON.stringify(`rtsp://u:Geheim${secret}@h:0/`));
    fc.assert(
      fc.property(url, (text) => {
        expect(problems(`cameras: { a: { source: ${text} } }`).join()).not.toContain('Geheim');
        expect(problems(`server: { port: ${text} }`).join()).not.toContain('Geheim');
      }),
    );
    expect(problems('cameras: { a: { source: "rtsp://u:Geheim@h', {}).join()).not.toContain('Geheim');
  });

  it('any text is either a configuration or a CONFIG_INVALID', () => {
    const piece = fc.constantFrom(
      ...'{}[]:,"\'-&*!|>%@ \n#',
      'server',
      'cameras',
      'port',
      'a',
      '1',
      'source: ',
      '  ',
      '<<',
      '__proto__',
      '~',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          expect(parse(pieces.join('')).server.host).toBeTypeOf('string');
        } catch (error) {
          expect(isLensError(error, 'CONFIG_INVALID')).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('environment variables', () => {
  it('set any key, over the file', () => {
    const config = parse('server: { port: 1 }\ncameras: { front-door: { source: "test:", name: x } }', {
      LENSCAST_SERVER_PORT: '9000',
      LENSCAST_SERVER_HOST: '0.0.0.0',
      LENSCAST_CAMERAS_FRONT_DOOR_NAME: '12',
      LENSCAST_CAMERAS_FRONT_DOOR_LINGER_MS: '5',
      LENSCAST_CAMERAS_BACK_SOURCE: 'csi:0',
      LENSCAST_CAMERAS_BACK_CPU_AFFINITY: '0,2-3',
      LENSCAST_CAMERAS_BACK_NICE: '5',
      LENSCAST_CAMERAS_BACK_TIERS_MY_TIER_WIDTH: '320',
      LENSCAST_WEBRTC_HOSTS: '192.0.2.1, cam.example',
    });
    expect(config.webrtc.hosts).toEqual(['192.0.2.1', 'cam.example']);
    expect(config.server).toEqual({ host: '0.0.0.0', port: 9000 });
    expect(config.cameras.map(({ id }) => id)).toEqual(['front-door', 'back']);
    expect(config.cameras[0]).toMatchObject({ name: '12', lingerMs: 5 });
    expect(config.cameras[1]).toMatchObject({ nice: 5, cpus: [0, 2, 3] });
    expect(config.cameras[1]?.tiers.map(({ name, width }) => [name, width])).toEqual([
      ['high', 1920],
      ['medium', 1280],
      ['low', 640],
      ['my_tier', 320],
    ]);
  });

  it('leave the other default tiers where one is changed, and a file with tiers its own', () => {
    const environment = { LENSCAST_CAMERAS_FRONT_TIERS_HIGH_WIDTH: '800' };
    expect(parse(CAMERA, environment).cameras[0]?.tiers.map(({ width }) => width)).toEqual([800, 1280, 640]);
    const own = 'cameras: { front: { source: "test:", tiers: { low: {} } } }';
    expect(parse(own, environment).cameras[0]?.tiers.map(({ name }) => name)).toEqual(['low', 'high']);
  });

  it('count as not set when empty; the reserved ones and those of others are left alone', () => {
    const environment = { LENSCAST_SERVER_PORT: '', LENSCAST_ADDON: 'x', LENSCAST_SKIP_SYSTEM_DEPS: '1', PORT: '3' };
    expect(parse('', { ...environment, LENSCAST_CONFIG: 'y' })).toEqual(parse(''));
  });

  it.each([
    ['LENSCAST_SERVER_PROT', /Did you mean LENSCAST_SERVER_PORT\?/],
    ['LENSCAST_CAMERAS_FRONT_DOOR_SORCE', /Did you mean LENSCAST_CAMERAS_FRONT_DOOR_SOURCE\?/],
    ['LENSCAST_CAMERAS_A_TIERS_HIGH_WITH', /Did you mean LENSCAST_CAMERAS_A_TIERS_HIGH_WIDTH\?/],
    ['LENSCAST_CONFGI', /Did you mean LENSCAST_CONFIG\?/],
    ['LENSCAST_FOO', /no such setting\. Variables are written like/],
    ['LENSCAST_SERVER', /no such setting/],
    ['LENSCAST_', /no such setting/],
    [`LENSCAST_CAMERAS${'_A'.repeat(2000)}`, /no such setting/],
  ])('%s is refused', (name, expected) => {
    const [line = ''] = problems('', { [name]: '1' });
    expect(line.startsWith(`${name}: `)).toBe(true);
    expect(line).toMatch(expected);
  });

  it('are named where their value is wrong, or a camera that only they name has no source', () => {
    expect(problems('', { LENSCAST_SERVER_PORT: '0x10' })).toEqual([
      'LENSCAST_SERVER_PORT: server.port: "0x10" is not valid; allowed is a whole number from 0 to 65535.',
    ]);
    expect(problems('', { LENSCAST_CAMERAS_X_LINGER_MS: '1' })[0]).toMatch(
      /^LENSCAST_CAMERAS_X_LINGER_MS: cameras\.x\.source: is missing/,
    );
    expect(problems('server: 5', { LENSCAST_SERVER_PORT: '1' })[0]).toMatch(/^lenscast\.yaml:1:9: server: 5/);
  });

  it('are refused where two cameras could be meant', () => {
    const text = 'cameras: { a-b: { source: "test:" }, a_b: { source: "test:" } }';
    expect(problems(text, { LENSCAST_CAMERAS_A_B_NAME: 'x' })).toEqual([
      'LENSCAST_CAMERAS_A_B_NAME: could mean cameras.a-b.name or cameras.a_b.name; set it in the file instead.',
    ]);
  });
});

describe('the command line', () => {
  it('goes over the file and the environment', () => {
    const config = parse(
      'server: { port: 1, host: a }',
      { LENSCAST_SERVER_PORT: '2', LENSCAST_SERVER_HOST: 'b' },
      { port: '3' },
    );
    expect(config.server).toEqual({ host: 'b', port: 3 });
    expect(problems('', {}, { port: 'x' })[0]).toMatch(/^--port: server\.port: "x" is not valid/);
  });

  it('has sources in place of the cameras of the file', () => {
    const { cameras } = parse(CAMERA, { LENSCAST_CAMERAS_CAM2_NAME: 'Second' }, { sources: ['csi:0', '/dev/video0'] });
    expect(cameras.map(({ id, name, source }) => [id, name, source.kind])).toEqual([
      ['cam1', 'cam1', 'csi'],
      ['cam2', 'Second', 'v4l2'],
    ]);
    expect(problems('', {}, { sources: ['test:', 'nope'] })[0]).toMatch(
      /^--source: cameras\.cam2\.source: Source "nope"/,
    );
  });
});

describe('loadConfig', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lenscast-config-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const load = (given: Partial<Given> = {}, environment = {}) =>
    loadConfig({ arguments: { ...NOTHING, ...given }, environment, workingDirectory: directory });

  it('reads lenscast.yaml where it is there, and does without where not', async () => {
    expect(await load()).toEqual({ config: parse(''), file: null, isBlank: true });
    const file = join(directory, 'lenscast.yaml');
    await writeFile(file, 'server: { port: 7 }');
    expect(await load()).toMatchObject({ config: { server: { port: 7 } }, file, isBlank: false });
  });

  it.each(['', '\n \n', '---\n# nothing yet\n'])('tells of a file that says nothing: %j', async (text) => {
    await writeFile(join(directory, 'lenscast.yaml'), text);
    expect((await load()).isBlank).toBe(true);
  });

  it('prefers --config to LENSCAST_CONFIG to lenscast.yaml', async () => {
    for (const [index, name] of ['lenscast.yaml', 'two.yaml', 'three.yaml'].entries()) {
      await writeFile(join(directory, name), `server: { port: ${index} }`);
    }
    const environment = { LENSCAST_CONFIG: 'two.yaml' };
    expect((await load({}, environment)).config.server.port).toBe(1);
    expect((await load({ config: 'three.yaml' }, environment)).config.server.port).toBe(2);
  });

  it('names a file that it was asked for and could not read', async () => {
    await mkdir(join(directory, 'folder'));
    for (const [name, reason] of [
      ['none.yaml', 'no such file'],
      ['folder', 'a directory'],
    ] as const) {
      const error = await load({ config: name }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(LensError);
      expect(error).toMatchObject({ code: 'CONFIG_NOT_FOUND', message: expect.stringContaining(reason) });
      expect((error as LensError).message).toContain(join(directory, name));
    }
    await expect(load({}, { LENSCAST_CONFIG: 'none.yaml' })).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' });
  });
});
