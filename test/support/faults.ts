/**
 * Makes the pipelines of child processes fail, or gives them the element `faulty`: `test/support/faulty-plugin` says
 * what there is. A process that is started with {@link Faults.env} looks for orders at every buffer.
 */
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.js';

/** These happen once: a signal on the streaming thread, or an error on the bus. */
export type PassingFault = 'segv' | 'abort' | 'error';
/** These last until {@link Faults.clear}: no buffer passes, or a state change to READY or to NULL hangs. */
export type LastingFault = 'hang' | 'hang-start' | 'hang-stop';

const build = fileURLToPath(new URL('../../build/test-support/', import.meta.url));

/** What a process needs in its environment to have the element `faulty`. */
export const faultyPluginEnv = {
  GST_PLUGIN_PATH: join(build, 'gst-plugins'),
  // Not the user's own, which would be made anew for everybody without the plugin.
  GST_REGISTRY: join(build, 'gst-registry.bin'),
} as const;

export class Faults {
  readonly #folder = mkdtempSync(join(tmpdir(), 'faults-'));
  readonly #file = join(this.#folder, 'fault');

  get env(): Readonly<Record<string, string>> {
    return { ...faultyPluginEnv, GST_TRACERS: 'faults', FAULTS_FILE: this.#file };
  }

  /**
   * Orders a fault at every camera's tap, through which all its pictures pass; `match` picks the camera whose device or
   * URL contains it, and has no white space.
   */
  order(fault: PassingFault | LastingFault, { match = '', element = 'tap' } = {}): void {
    writeFileSync(`${this.#file}.next`, `${fault} ${element} ${match}\n`);
    renameSync(`${this.#file}.next`, this.#file);
  }

  /** Whether a fault that happens once has not happened yet. */
  get pending(): boolean {
    return existsSync(this.#file);
  }

  /** Orders a fault that happens once, and waits for it. */
  async strike(fault: PassingFault, where: { readonly match?: string; readonly element?: string } = {}): Promise<void> {
    this.order(fault, where);
    await until(`${fault} happened`, () => !this.pending);
  }

  /** Takes the order back. */
  clear(): void {
    rmSync(this.#file, { force: true });
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
