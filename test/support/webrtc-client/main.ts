/**
 * `node --import tsx test/support/webrtc-client/main.ts OPTIONS`: WHEP viewers in a process of their own; OPTIONS is the
 * JSON of `WebRtcLoadOptions`. Says `connected`, `measuring` and `measured` on stderr as it goes, and the report as JSON
 * on stdout at the end.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { WebRtcLoadOptions, WebRtcLoadReport } from '../webrtc-client.js';
import { Crowd, inTurns, type Member } from './crowd.js';

const options = JSON.parse(process.argv[2] ?? '{}') as WebRtcLoadOptions;

async function watch(crowd: Crowd): Promise<WebRtcLoadReport> {
  const { viewers = 1, concurrency = 10, warmupSeconds = 1, seconds = 10 } = options;
  const members = await inTurns(viewers, concurrency, () => crowd.join());
  tell('connected');
  await delay(1000 * warmupSeconds);
  for (const { viewer } of members) viewer.take();
  tell('measuring');
  const beganMs = performance.now();
  const cpuBefore = process.cpuUsage();
  await delay(1000 * seconds);
  const figures = members.map(({ viewer }) => viewer.take());
  const cpu = process.cpuUsage(cpuBefore);
  const tookSeconds = (performance.now() - beganMs) / 1000;
  tell('measured');
  const perViewer = members.map((member, i) => {
    const { agesMs, ...rest } = figures[i] ?? member.viewer.take();
    const { session, beganMs, firstPictureMs, viewer } = member;
    return { id: session.id, beganMs, firstPictureMs, state: viewer.peer.state, ...rest, shown: viewer.pictures };
  });
  if (options.vanish) process.kill(process.pid, 'SIGKILL');
  await end(crowd, members);
  const ages = figures.flatMap(({ agesMs }) => agesMs).sort((a, b) => a - b);
  const at = (share: number) => ages[Math.max(0, Math.ceil(share * ages.length) - 1)] ?? Number.NaN;
  return {
    seconds: tookSeconds,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    ageMs: { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) },
    perViewer,
  };
}

async function end(crowd: Crowd, members: readonly Member[]): Promise<void> {
  await inTurns(members.length, 20, async (i) => {
    const member = members[i];
    if (member === undefined) return;
    await member.session.end();
    crowd.leave(member.viewer);
  });
}

function tell(word: string): void {
  process.stderr.write(`${word}\n`);
}

const crowd = new Crowd(options.url, options.keepPictures ?? false);
const report = await watch(crowd);
crowd.close();
process.stdout.write(JSON.stringify(report), () => process.exit(0));
