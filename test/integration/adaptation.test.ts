/** Viewers of MJPEG on a link whose rate the kernel shapes: what they are given follows it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { endAfterTest, stopAfterTest } from '../support/cleanup.js';
import { NetworkNamespace } from '../support/network-namespace.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';

// What a machine that is short of CPU needs to measure, to probe, and to believe it.
const slowMs = 60_000;
const tiers = 'good: { width: 1280, height: 720, fps: 20, quality: 90 }, small: { width: 320, height: 180, fps: 10 }';
const config = `server: { host: 0.0.0.0 }\ncameras: { cam: { source: "test:", tiers: { ${tiers} } } }\n`;

interface ViewerView {
  readonly id: string;
  readonly tier: string;
  readonly mode: string;
  readonly fps: number;
  readonly link: { readonly bits_per_second: number | null };
}

/** A program in the namespace that reads a stream and throws it away. */
function watchFrom(namespace: NetworkNamespace, url: string): ChildProcess {
  const program = `require('node:http').get(${JSON.stringify(url)}, (response) => response.resume())`;
  const child = spawn('ip', ['netns', 'exec', namespace.name, process.execPath, '-e', program], { stdio: 'ignore' });
  return endAfterTest(child, async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
}

test.skipIf(!NetworkNamespace.isPossible)(
  'a viewer is given what its link carries, the better tier when it carries more, and a tier that it asks for whole',
  async () => {
    const namespace = endAfterTest(new NetworkNamespace(), (one) => one.dispose());
    const server = stopAfterTest(await Server.start({ config }));
    const viewer = async () => (await server.json<{ viewers: readonly ViewerView[] }>('/api/viewers')).viewers[0];
    const reach = (what: string, condition: (view: ViewerView) => boolean) =>
      until(
        what,
        async () => {
          const view = await viewer();
          return view !== undefined && condition(view) && view;
        },
        slowMs,
      );

    namespace.limitTo(1);
    watchFrom(namespace, `http://${namespace.nearAddress}:${new URL(server.url).port}/stream`);
    const adapted = await reach(
      'the small tier',
      ({ tier, link }) => tier === 'small' && link.bits_per_second !== null,
    );
    expect(adapted.mode).toBe('auto');
    expect(adapted.link.bits_per_second).toBeLessThan(2e6);

    namespace.limitTo(100);
    await reach('the good tier', ({ tier }) => tier === 'good');

    namespace.limitTo(1);
    const { id } = await reach('the small tier again', ({ tier }) => tier === 'small');
    const body = JSON.stringify({ tier: 'good' });
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(`${server.url}/api/viewers/${id}`, { method: 'PATCH', headers, body });
    expect(answer.status).toBe(200);
    namespace.limitTo(100);
    const pinned = await reach('all of the tier that was asked for', ({ fps }) => fps > 15);
    expect(pinned).toMatchObject({ tier: 'good', mode: 'fixed', link: { bits_per_second: null } });
  },
);
