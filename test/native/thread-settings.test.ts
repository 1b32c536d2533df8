import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { ThreadSettings } from '../../src/native/addon.types.js';
import { addon, expectCode, sink, until } from './harness.js';

interface ThreadFacts {
  readonly nice: number;
  /** As `Cpus_allowed_list` of proc(5) has them. */
  readonly cpus: string;
}

/** This process's threads by their names. */
function threads(): ReadonlyMap<string, ThreadFacts> {
  const folder = '/proc/self/task';
  const facts = readdirSync(folder).flatMap((thread) => {
    try {
      const [, name = '', rest = ''] = /\((.*)\) (.*)/s.exec(readFileSync(`${folder}/${thread}/stat`, 'utf8')) ?? [];
      const status = readFileSync(`${folder}/${thread}/status`, 'utf8');
      const cpus = /Cpus_allowed_list:\s*(\S+)/.exec(status)?.[1] ?? '';
      return [[name, { nice: Number(rest.split(' ')[16]), cpus }] as const];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
  return new Map(facts);
}

// Not the same in every version of Node.
const ownName = readFileSync('/proc/self/comm', 'utf8').trimEnd();
const ownCpus = threads().get(ownName)?.cpus ?? '0';
const firstCpu = Number(/^\d+/.exec(ownCpus)?.[0] ?? 0);

let runs = 0;

/**
 * Plays while `body` looks at two of its threads, told by their names. A pool keeps a thread that has nothing to do for a
 * while, with the name of what it did last: each run gives names of its own.
 */
async function run(settings: ThreadSettings | undefined, body: (behind: string, shown: string) => void) {
  runs += 1;
  let frames = 0;
  const [shown, behind] = [`shown${runs}`, `behind${runs}`];
  const source = `videotestsrc name=${shown} is-live=true ! video/x-raw,width=320,height=240,framerate=60/1`;
  const pipeline = addon.openPipeline(
    `${source} ! queue name=${behind} ! x264enc tune=zerolatency threads=2 ! fakesink  videotestsrc is-live=true ! ${sink('out')}`,
    { sinks: ['out'], ...(settings === undefined ? {} : { threads: settings }) },
    { onFrames: () => frames++, onEvent: () => undefined },
  );
  await pipeline.start();
  let isClosed = false;
  try {
    await until('a frame', () => frames > 0);
    const [behindThread, shownThread] = [`${behind}:src`, `${shown}:src`];
    await until('the threads', () => threads().has(behindThread) && threads().has(shownThread));
    body(behindThread, shownThread);
  } finally {
    // Threads that give way to others end late on a busy machine.
    isClosed = await pipeline.close(20_000);
  }
  expect(isClosed).toBe(true);
}

describe("a pipeline's threads", () => {
  it('run as all others where nothing is said', async () => {
    await run(undefined, (behind) => {
      expect(threads().get(behind)).toEqual({ nice: getPriority(), cpus: ownCpus });
    });
  });

  it('give way, and stay on the CPUs that they were given, and so do those that encoders start', async () => {
    const before = readdirSync('/proc/self/task').length;
    await run({ nice: 7, cpus: [firstCpu] }, (behind, shown) => {
      const given = { nice: 7, cpus: String(firstCpu) };
      expect(threads().get(behind)).toEqual(given);
      expect(threads().get(shown)).toEqual(given);
      expect(threads().get(ownName)).toEqual({ nice: getPriority(), cpus: ownCpus });
    });
    await until('the end of its threads', () => readdirSync('/proc/self/task').length <= before);
  });

  it('are none of the next pipeline', async () => {
    for (let i = 0; i < 5; i++) await run({ nice: 10 }, () => undefined);
    await run({}, (behind) => expect(threads().get(behind)?.nice).toBe(getPriority()));
  });

  it.each([
    [{ nice: 20 }, /options\.threads\.nice .*20/],
    [{ nice: -1 }, /options\.threads\.nice .*-1/],
    [{ nice: 1.5 }, /options\.threads\.nice .*1\.5/],
    [{ cpus: 'all' }, /options\.threads\.cpus must be an array/],
    [{ cpus: [0, 'x'] }, /options\.threads\.cpus\[\]/],
    [{ cpus: [1023] }, /none of the CPUs 1023/],
    ['fast', /options\.threads/],
  ])('are not what they can not be: %j', (settings, message) => {
    const handlers = { onFrames: () => undefined, onEvent: () => undefined };
    const options = { sinks: [], threads: settings as ThreadSettings };
    expectCode(() => addon.openPipeline('fakesrc ! fakesink', options, handlers), 'ERR_INVALID_ARG', message);
  });
});
