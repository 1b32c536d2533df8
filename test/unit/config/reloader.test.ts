import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/config.js';
import type { LoadedConfig } from '../../../src/config/load.js';
import { ConfigReloader } from '../../../src/config/reloader.js';
import { LensError } from '../../../src/core/errors.js';
import type { Log } from '../../../src/core/log.js';
import { silentLog, until } from '../fakes.js';

const webrtc = { host: '::', port: 0, hosts: [], iceServers: [], origins: [], maxViewers: 1 };
const configOf = (port: number): Config => ({ server: { host: '::', port }, webrtc, cameras: [] });

/** A reloader whose loads and applications end when the test says so. */
function setUp() {
  const loads: { resolve: (loaded: LoadedConfig) => void; reject: (error: Error) => void }[] = [];
  const applied: { port: number; done: () => void }[] = [];
  const errors: string[] = [];
  const log: Log = { ...silentLog, error: (message) => errors.push(message) };
  const reloader = new ConfigReloader({
    load: () => new Promise((resolve, reject) => loads.push({ resolve, reject })),
    apply: ({ server }) => new Promise((resolve) => applied.push({ port: server.port, done: resolve })),
    log,
  });
  return { reloader, loads, applied, errors };
}

describe('ConfigReloader', () => {
  it('reads and applies one at a time, and once more for all that was asked meanwhile', async () => {
    const { reloader, loads, applied } = setUp();
    const done = reloader.reload();
    void reloader.reload();
    loads[0]?.resolve({ config: configOf(1), file: '/a', isBlank: false });
    await until('the first', () => applied.length === 1);
    void reloader.reload();
    void reloader.reload();
    expect(loads).toHaveLength(1);
    applied[0]?.done();
    await until('the second load', () => loads.length === 2);
    loads[1]?.resolve({ config: configOf(2), file: '/a', isBlank: false });
    await until('the second', () => applied.length === 2);
    applied[1]?.done();
    await done;
    expect([loads.length, applied.map(({ port }) => port)]).toEqual([2, [1, 2]]);
    void reloader.reload();
    expect(loads).toHaveLength(3);
  });

  it('refuses what is not valid, line by line and with its hint, and goes on', async () => {
    const { reloader, loads, applied, errors } = setUp();
    const done = reloader.reload();
    loads[0]?.reject(new LensError('CONFIG_INVALID', 'a.yaml:1:1: wrong\na.yaml:2:1: too', { hint: 'Mend it.' }));
    await done;
    expect(errors).toEqual(['a.yaml:1:1: wrong', 'a.yaml:2:1: too', 'Mend it.', 'the configuration stays as it was']);
    expect(applied).toEqual([]);
    void reloader.reload();
    loads[1]?.resolve({ config: configOf(3), file: '/a', isBlank: false });
    await until('the next', () => applied.length === 1);
  });

  it('does not take a file that is gone for an empty one', async () => {
    const { reloader, loads, applied, errors } = setUp();
    const done = reloader.reload();
    loads[0]?.resolve({ config: configOf(1), file: null, isBlank: false });
    await done;
    expect(errors[0]).toMatch(/no lenscast\.yaml/);
    expect(applied).toEqual([]);
  });

  it('does not take a file that was cut for one without cameras', async () => {
    const { reloader, loads, applied, errors } = setUp();
    const done = reloader.reload();
    loads[0]?.resolve({ config: configOf(1), file: '/a/lenscast.yaml', isBlank: true });
    await done;
    expect(applied).toEqual([]);
    expect(errors).toEqual(['/a/lenscast.yaml: the file is empty.', 'the configuration stays as it was']);
  });

  it('applies nothing once it is closed, and is closed when what was under way is done', async () => {
    const { reloader, loads, applied } = setUp();
    void reloader.reload();
    let closed = false;
    const closing = reloader.close().then(() => {
      closed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    loads[0]?.resolve({ config: configOf(1), file: '/a', isBlank: false });
    await closing;
    expect([applied, loads.length]).toEqual([[], 1]);
    await reloader.reload();
    await reloader.close();
    expect(loads).toHaveLength(1);
  });
});
