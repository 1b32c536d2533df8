/**
 * Gives child processes the elements of a chip that isn't there: `test/support/fake-hardware` says what there is, and
 * what can go wrong with each.
 */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Trouble =
  | 'refuse-caps'
  | 'error-at-17'
  | 'hang-start'
  | 'segv'
  | 'stall-at-17'
  | 'stall-at-once'
  | 'b-frames'
  | 'ignore-keyframe'
  | 'one-session';

/** Boards by the plugins that they have. */
export const BOARDS = {
  jetson: ['nvvideo4linux2', 'nvvidconv', 'nvjpeg'],
  nvidia: ['nvcodec'],
  va: ['va'],
  vaapi: ['vaapi'],
  v4l2: ['video4linux2'],
} as const;

const plugins = fileURLToPath(new URL('../../build/test-support/fake-hardware/', import.meta.url));

/** A board's chip, from its construction to `dispose()`. */
export class FakeHardware {
  readonly #folder = mkdtempSync(join(tmpdir(), 'fake-hardware-'));
  readonly #file = join(this.#folder, 'trouble');
  readonly #board: keyof typeof BOARDS;
  readonly #absent: readonly string[];

  constructor(board: keyof typeof BOARDS, { absent = [] }: { readonly absent?: readonly string[] } = {}) {
    this.#board = board;
    this.#absent = absent;
  }

  /** With a registry of GStreamer and a cache of their own. */
  get env(): Readonly<Record<string, string>> {
    return {
      GST_PLUGIN_PATH: BOARDS[this.#board].map((plugin) => join(plugins, plugin)).join(':'),
      GST_REGISTRY: join(this.#folder, 'registry.bin'),
      XDG_CACHE_HOME: this.#folder,
      CACHE_DIRECTORY: '',
      FAKE_HARDWARE_FILE: this.#file,
      FAKE_HARDWARE_ABSENT: this.#absent.join(','),
    };
  }

  /** From now on these elements do wrong, and all others right again. */
  trouble(troubles: Readonly<Record<string, Trouble>>): void {
    const lines = Object.entries(troubles).map(([element, trouble]) => `${element} ${trouble}\n`);
    writeFileSync(`${this.#file}.next`, lines.join(''));
    renameSync(`${this.#file}.next`, this.#file);
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
