import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openPipeline, sink, until } from './harness.js';

const schedBatch = 3;

/** The scheduling policies, sched(7), of this process's threads of a name. */
function policies(name: RegExp): number[] {
  return readdirSync('/proc/self/task').flatMap((thread) => {
    try {
      const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
      const [, comm = '', rest = ''] = /\((.*)\) (.*)/s.exec(stat) ?? [];
      return name.test(comm) ? [Number(rest.split(' ')[38])] : [];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

it("wakes a jitter buffer's thread for many packets at once, no other one, and only as long as it is that", async () => {
  const rtp = 'videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=240 ! jpegenc ! rtpjpegpay';
  const opened = openPipeline(
    `${rtp} ! queue name=before ! rtpjitterbuffer name=jitter ! rtpjpegdepay ! ${sink('out')}`,
    {
      sinks: ['out'],
    },
  );
  await opened.pipeline.start();
  await until('a frame', () => opened.rings > 0);
  expect(policies(/^jitter:src/)).toEqual([schedBatch]);
  expect(policies(/^before:src/)).toEqual([0]);
  await opened.pipeline.close(5000);
  await until('no such thread', () => !policies(/./).includes(schedBatch));
});
