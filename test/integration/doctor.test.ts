import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { runProgram } from '../support/run-program.js';
import { runLenscast, Server } from '../support/server.js';
import { until } from '../support/until.js';
import { V4l2Cameras } from '../support/v4l2-camera.js';

interface Finding {
  readonly check: string;
  readonly level: string;
  readonly message: string;
  readonly remedy?: string;
}

type Options = Parameters<typeof runLenscast>[1];

/** What the doctor says with `--json`, on a free port where none is named. */
async function examine(args: readonly string[] = [], options: Options = {}) {
  const { code, stdout, stderr } = await runLenscast(['doctor', '--json', '--port', '0', ...args], options);
  expect(stdout.toString() + stderr).not.toContain('secret');
  const report = JSON.parse(stdout.toString()) as { result: string; problems: number; findings: Finding[] };
  expect(code).toBe(report.result === 'problem' ? 1 : 0);
  expect(report.problems > 0).toBe(report.result === 'problem');
  const of = (check: string) => report.findings.filter((finding) => finding.check === check);
  return { ...report, of, problemsOf: (check: string) => of(check).filter(({ level }) => level === 'problem') };
}

async function listenOnFreePort(): Promise<{ server: NetServer; port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  const address = await until('a port', () => server.address());
  return { server, port: typeof address === 'object' ? address.port : 0 };
}

function plugCameras(...settings: ConstructorParameters<typeof V4l2Cameras>[0]): V4l2Cameras {
  const cameras = new V4l2Cameras(settings);
  onTestFinished(() => cameras.dispose());
  return cameras;
}

/** GStreamer's plugins without some of them, and a registry of its own. */
async function withoutPlugins(...left: readonly string[]): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'lenscast-plugins-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const asked = await runProgram('pkg-config', ['--variable=pluginsdir', 'gstreamer-1.0'], 10_000);
  const plugins = asked.stdout.toString().trim();
  for (const name of readdirSync(plugins)) {
    if (name.endsWith('.so') && !left.includes(name)) symlinkSync(join(plugins, name), join(folder, name));
  }
  return { GST_PLUGIN_SYSTEM_PATH_1_0: folder, GST_REGISTRY_1_0: join(folder, 'registry.bin') };
}

describe('lenscast doctor', () => {
  test('tells versions, devices and what is free, in lines for people', async () => {
    const cameras = plugCameras({ card: 'Desk Cam', formats: ['MJPG'], sizes: ['1280x720'], rates: [30] });
    const { code, stdout } = await runLenscast(['doctor', '--port', '0'], { env: cameras.env });
    const lines = stdout.toString().trimEnd().split('\n');
    expect(code).toBe(0);
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^(ok|warning) +[a-z]+ +\S/);
    for (const expected of [
      /version +Lenscast \d/,
      /version +Node \d+\./,
      /version +GStreamer 1\./,
      /version +Linux .*glibc 2\./,
      /addon +the native addon loads: .*\.node/,
      /device +\/dev\/video0 Desk Cam: JPEG 1280x720@30/,
      /encoder +H\.264: .*x264enc \(software\)/,
      /port +webrtc\.port is 0/,
      /limits +a process may have \d+ files open/,
      /memory +/,
      /disk +/,
      /clock +/,
    ]) {
      expect(
        lines.find((line) => expected.test(line)),
        String(expected),
      ).toBeDefined();
    }
    expect(stdout.toString()).not.toContain('\u001b');
  });

  test('tries every configured camera', async () => {
    const cameras = plugCameras({ formats: ['YUYV'], sizes: ['640x480'], rates: [30] });
    const { server, port } = await listenOnFreePort();
    const config = `cameras:
  desk: { source: v4l2:/dev/video0 }
  gone: { source: v4l2:/dev/video7 }
  here: { source: 'rtsp://me:secret@127.0.0.1:${port}/live' }
  clip: { source: file:/nonexistent.mp4 }
`;
    const options = { env: cameras.env, files: { 'lenscast.yaml': config } };
    const { of, problemsOf } = await examine([], options);
    expect(of('camera').map(({ level, message }) => `${level} ${message}`)).toEqual([
      'ok camera desk, v4l2:/dev/video0: will be run at YUY2 640x480, 30 frames a second',
      'problem camera gone, v4l2:/dev/video7: there is no such device',
      `ok camera here, rtsp://me:***@127.0.0.1:${port}/live: answers`,
      'problem camera clip, file:/nonexistent.mp4: there is no such file that this user may read',
    ]);
    expect(problemsOf('camera')[0]?.remedy).toContain('v4l2:/dev/video0');

    await new Promise((resolve) => server.close(resolve));
    const afterwards = await examine([], options);
    expect(afterwards.of('camera')[2]).toMatchObject({
      level: 'problem',
      message: expect.stringContaining('refuses the connection'),
    });
  });

  test('names who uses the port', async () => {
    const { port } = await listenOnFreePort();
    const { problemsOf } = await examine(['--port', String(port)]);
    expect(problemsOf('port')).toHaveLength(1);
    expect(problemsOf('port')[0]?.message).toMatch(
      new RegExp(`^TCP port ${port} on 127\\.0\\.0\\.1 is used by .+ \\(pid ${process.pid}\\)$`),
    );
  });

  test('names who uses the UDP port of WebRTC', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    onTestFinished(() => void socket.close());
    await once(socket, 'listening');
    const { port } = socket.address();
    const { problemsOf } = await examine([], { env: { LENSCAST_WEBRTC_PORT: String(port) } });
    expect(problemsOf('port').map(({ message }) => message)).toEqual([
      expect.stringMatching(new RegExp(`^UDP port ${port} on 127\\.0\\.0\\.1 .* used by .* \\(pid ${process.pid}\\)$`)),
    ]);
  });

  test('takes a Lenscast that runs for no problem', async () => {
    const server = stopAfterTest(await Server.start({ sources: ['test:'] }));
    const { of } = await examine(['--port', String(server.port)]);
    expect(of('port')[0]).toMatchObject({
      level: 'ok',
      message: expect.stringContaining(`is Lenscast's own: it runs by node (pid ${server.pid})`),
    });
  });

  test('names the feature and the package of a missing plugin', async () => {
    const env = await withoutPlugins('libgstrtsp.so', 'libgstjpeg.so');
    const { findings, of, problemsOf } = await examine(['--source', 'test:'], { env });
    expect(problemsOf('plugin').map(({ message }) => message)).toEqual([
      "Lenscast can't make pictures of another size or quality: GStreamer has no jpegdec, jpegenc",
    ]);
    expect(of('plugin').find(({ level }) => level === 'warning')).toMatchObject({
      message: "Lenscast can't open RTSP cameras: GStreamer has no rtspsrc",
      remedy: 'sudo apt-get install --no-install-recommends gstreamer1.0-plugins-good',
    });
    expect(findings.some(({ check }) => check === 'clock')).toBe(true);
  });

  test('tells a bad configuration line by line and looks at the rest', async () => {
    const config = 'server: { prot: 1 }\ncameras:\n  a: { source: "ftp://me:secret@host/" }\n';
    const { problemsOf, of } = await examine([], { files: { 'lenscast.yaml': config } });
    const told = problemsOf('config').map(({ message }) => message);
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/^lenscast\.yaml:1.*"prot"/);
    expect(told[1]).toMatch(/^lenscast\.yaml:3/);
    expect(of('plugin')).toMatchObject([{ level: 'ok' }]);
  });

  test('says what is wrong with the addon, and looks at the rest', async () => {
    const { problemsOf, of } = await examine([], { env: { LENSCAST_ADDON: '/nonexistent/addon.node' } });
    expect(problemsOf('addon')[0]?.message).toContain('/nonexistent/addon.node');
    expect(of('memory')).toHaveLength(1);
    expect(of('plugin')).toEqual([]);
  });

  test('refuses what it does not know', async () => {
    const { code, stderr } = await runLenscast(['docter']);
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean doctor?');
  });
});

describe('lenscast cameras', () => {
  test('lists devices as lines for the configuration', async () => {
    const cameras = plugCameras({ card: 'Desk: "Cam" #1', sizes: ['640x480'], rates: [30] }, { formats: ['YUYV'] });
    // In a network of its own: the probe isn't to leave this machine.
    const variables = Object.entries(cameras.env).map(([name, value]) => `${name}=${value}`);
    const words = ['--net', 'env', ...variables, process.execPath, 'dist/main.js', 'cameras'];
    const { code, stdout } = await runProgram('unshare', words, 20_000);
    expect(code).toBe(0);
    const text = stdout.toString();
    expect(text).toMatch(
      /^cameras:\n {2}cam1: # Desk: "Cam" #1 \(v4l2\)\n {4}source: v4l2:\/dev\/video0 # .*JPEG 640x480@30/,
    );
    expect(text).toContain('    source: v4l2:/dev/video1 # YUY2 1920x1080@60');
    // What it prints is a configuration.
    const { of } = await examine([], { env: cameras.env, files: { 'lenscast.yaml': text } });
    expect(of('camera').slice(0, 2)).toMatchObject([{ level: 'ok' }, { level: 'ok' }]);
  });

  test('gives JSON, and bears to have no network', async () => {
    const words = ['--net', process.execPath, 'dist/main.js', 'cameras', '--json'];
    const { code, stdout } = await runProgram('unshare', words, 20_000);
    expect(code).toBe(0);
    const { cameras } = JSON.parse(stdout.toString()) as { cameras: { kind: string }[] };
    expect(cameras.filter(({ kind }) => kind === 'onvif')).toEqual([]);
  });

  test('finds the cameras that answer in the network', async () => {
    const address = '10.9.0.1';
    const script = `
      ip link add cable type veth peer name plug; ip address add ${address}/24 dev cable
      ip link set cable up; ip link set plug up; ip link set lo up
      "$0" test/support/onvif-camera.mjs ${address} > "$1" &
      until grep -q ready "$1"; do sleep 0.1; done
      "$0" dist/main.js cameras --json; code=$?
      kill %1; exit $code`;
    const folder = mkdtempSync(join(tmpdir(), 'lenscast-onvif-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const words = ['--net', 'bash', '-c', script, process.execPath, join(folder, 'said')];
    const { code, stdout, stderr } = await runProgram('unshare', words, 30_000);
    expect(code, stderr).toBe(0);
    const { cameras } = JSON.parse(stdout.toString()) as { cameras: { kind: string }[] };
    expect(cameras.filter(({ kind }) => kind === 'onvif')).toEqual([
      {
        kind: 'onvif',
        name: 'HIKVISION DS-2CD DS-2CD2143',
        source: `rtsp://USER:PASSWORD@${address}/Streaming/Channels/101`,
        note: `the usual path of this maker; ONVIF at http://${address}/onvif/device_service`,
      },
    ]);
  });
});
