/** Servers inside a {@link LinkNetwork}, on every address of it, and what they say of themselves. */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { jpegSize } from '../../test/support/http-camera/jpegs.js';
import type { V4l2Cameras } from '../../test/support/v4l2-camera.js';
import { Child, waitFor } from './children.js';
import { lenscastProgram, ustreamerProgram } from './servers.js';

export const CAMERA_FPS = 30;

const startTimeoutMs = 20_000;
const run = promisify(execFile);

/** A move of a viewer, from the server's log. */
export interface LoggedSwitch {
  /** Wall clock. */
  readonly atMs: number;
  readonly viewer: string;
  readonly tier: string;
  readonly reason: string;
  /** Undefined for all that the tier has. */
  readonly fps: number | undefined;
  readonly linkMbps: number | undefined;
}

export interface TierFacts {
  readonly name: string;
  readonly fps: number;
  readonly frameBytes: number;
  readonly width: number;
}

export class LinkedLenscast {
  readonly #child: Child;
  readonly #namespace: string;
  readonly port: number;

  private constructor(child: Child, namespace: string, port: number) {
    this.#child = child;
    this.#namespace = namespace;
    this.port = port;
  }

  static start(namespace: string, cameras: V4l2Cameras, device: string, cpus: string): Promise<LinkedLenscast> {
    return LinkedLenscast.startWith(namespace, ['--source', `v4l2:${device}`], cpus, cameras.env);
  }

  static async startWith(
    namespace: string,
    words: readonly string[],
    cpus: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<LinkedLenscast> {
    const server = [process.execPath, lenscastProgram, '--host', '0.0.0.0', '--port', '0', ...words];
    const child = new Child('ip', ['netns', 'exec', namespace, ...server], { cpu: cpus, env, cwd: '/' });
    const port = await child.waitForOutput(/listening on http:\/\/[^/\s]+:(\d+)/, startTimeoutMs);
    return new LinkedLenscast(child, namespace, Number(port));
  }

  get pid(): number {
    return this.#child.pid;
  }

  get switches(): readonly LoggedSwitch[] {
    const line = /^(\S+) info +adaptation: viewer (\w+) (?:up|down) to (\w+)(.*)$/gm;
    return [...this.#child.output.matchAll(line)].map(([, at = '', viewer = '', tier = '', rest = '']) => {
      const field = (name: string) => new RegExp(` ${name}=(\\S+)`).exec(rest)?.[1];
      const number = (name: string) => (field(name) === undefined ? undefined : Number(field(name)));
      const reason = field('reason') ?? '';
      return { atMs: Date.parse(at), viewer, tier, reason, fps: number('fps'), linkMbps: number('link_mbps') };
    });
  }

  async json(path: string): Promise<unknown> {
    return JSON.parse((await this.#get(path)).toString());
  }

  /** The viewers' ids by their IP addresses. */
  async viewerIds(): Promise<ReadonlyMap<string, string>> {
    const { viewers } = (await this.json('/api/viewers')) as { viewers: { id: string; address: string }[] };
    return new Map(viewers.map(({ id, address }) => [address.replace(/:\d+$/, '').replace(/^\[?::ffff:/, ''), id]));
  }

  /** What the tiers weigh now, best first: the mean of a few pictures of each. */
  async tiers(): Promise<readonly TierFacts[]> {
    const { cameras } = (await this.json('/api/cameras')) as { cameras: { id: string; tiers: { name: string }[] }[] };
    const [camera] = cameras;
    if (camera === undefined) throw new Error('no camera');
    const facts: TierFacts[] = [];
    for (const { name } of camera.tiers) {
      const pictures: Buffer[] = [];
      for (let i = 0; i < 5; i++) pictures.push(await this.#get(`/snapshot?tier=${name}&max_age=0`));
      const view = (await this.json(`/api/cameras/${camera.id}/tiers/${name}`)) as { fps?: number };
      const frameBytes = pictures.reduce((sum, { length }) => sum + length, 0) / pictures.length;
      const { width } = jpegSize(pictures[0] ?? Buffer.alloc(0));
      facts.push({ name, fps: view.fps ?? CAMERA_FPS, frameBytes, width });
    }
    return facts;
  }

  async stop(): Promise<void> {
    await this.#child.stop();
  }

  async #get(path: string): Promise<Buffer> {
    const words = ['netns', 'exec', this.#namespace, 'curl', '-sf', `http://127.0.0.1:${this.port}${path}`];
    const { stdout } = await run('ip', words, { encoding: 'buffer', maxBuffer: 16e6 });
    return stdout;
  }
}

/** Passes the pictures through. Returns what stops it. */
export async function startLinkedUstreamer(
  namespace: string,
  cameras: V4l2Cameras,
  device: string,
  port: number,
  cpus: string,
): Promise<() => Promise<void>> {
  const camera = [`--device=${device}`, '--format=MJPEG', '--resolution=1920x1080', '--desired-fps=30', '--encoder=HW'];
  const server = [ustreamerProgram, ...camera, '--host=0.0.0.0', `--port=${port}`, '--tcp-nodelay'];
  const child = new Child('ip', ['netns', 'exec', namespace, ...server], { cpu: cpus, env: cameras.env });
  await waitFor('µStreamer to be online', startTimeoutMs, async () => {
    if (!child.running) throw new Error(`µStreamer ended:\n${child.output}`);
    try {
      const words = ['netns', 'exec', namespace, 'curl', '-sf', `http://127.0.0.1:${port}/state`];
      return /"online":\s*true/.test(execFileSync('ip', words, { stdio: 'pipe' }).toString()) ? true : undefined;
    } catch {
      return undefined;
    }
  });
  return () => child.stop();
}
