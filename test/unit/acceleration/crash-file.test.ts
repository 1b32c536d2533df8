import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CrashFile, crashFile } from '../../../src/acceleration/crash-file.js';
import type { ProcessId } from '../../../src/acceleration/crash-record.js';
import { isAlive, processId } from '../../../src/acceleration/process-id.js';
import type { Log } from '../../../src/core/log.js';
import { manualClock, silentLog } from '../fakes.js';

const yesterday = '2026-11-20T04:00:00.000Z';
const today = '2026-11-21T04:00:00.000Z';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lenscast-crashes-'));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
});

/** A machine: its boot, its processes, of which one has the file, and its clock. */
function machine() {
  const clock = manualClock();
  const living = new Set<number>();
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (line) => warnings.push(line) };
  const state = { boot: 'monday', file: crashFile(join(folder, 'lenscast/probe.json')) };
  const start = (pid: number): CrashFile => {
    living.add(pid);
    const process: ProcessId = { boot: state.boot, pid, startTicks: 7 };
    const alive = (one: ProcessId) => living.has(one.pid);
    return new CrashFile({ file: state.file, process, isAlive: alive, clock: clock.clock, log });
  };
  return { clock, state, warnings, start, dies: (pid: number) => living.delete(pid) };
}

describe('CrashFile', () => {
  it('tells the next process of what ran when one died', () => {
    const { start, dies, clock, state } = machine();
    const front = start(1).of('front');
    front.began(yesterday, ['dec', 'enc']);
    expect(front.since(yesterday)).toBeNull();
    dies(1);
    clock.nowMs += 5000;
    const second = start(2);
    expect(second.of('front').since(yesterday)).toEqual({ counts: { dec: 1, enc: 1 }, atMs: clock.nowMs });
    expect(second.of('back').since(yesterday)).toBeNull();
    expect(second.of('front').since(today)).toBeNull();
    expect(readdirSync(join(folder, 'lenscast'))).toEqual(['crashes.json']);
    expect(existsSync(state.file)).toBe(true);
  });

  it('counts each death once, and each element for itself', () => {
    const { start, dies } = machine();
    start(1).of('front').began(yesterday, ['dec', 'enc']);
    dies(1);
    start(2);
    dies(2);
    const third = start(3).of('front');
    expect(third.since(yesterday)?.counts).toEqual({ dec: 1, enc: 1 });
    third.began(yesterday, ['enc']);
    dies(3);
    expect(start(4).of('front').since(yesterday)?.counts).toEqual({ dec: 1, enc: 2 });
  });

  it('knows an end in order: of a pipeline, and of the process', () => {
    const { start, dies } = machine();
    const first = start(1);
    first.of('front').began(yesterday, ['enc']);
    first.of('front').ended();
    first.of('back').began(yesterday, ['enc']);
    first.close();
    first.close();
    dies(1);
    const second = start(2);
    expect([second.of('front').since(yesterday), second.of('back').since(yesterday)]).toEqual([null, null]);
  });

  it('takes a power cut for no crash, and forgets no death for one', () => {
    const { start, dies, state } = machine();
    start(1).of('front').began(yesterday, ['enc']);
    dies(1);
    start(2).of('front').began(yesterday, ['enc']);
    dies(2);
    state.boot = 'tuesday';
    const after = start(1).of('front').since(yesterday);
    expect(after).toEqual({ counts: { enc: 1 }, atMs: Number.NEGATIVE_INFINITY });
  });

  it('leaves the runs of another server alone that lives', () => {
    const { start, dies } = machine();
    const one = start(1);
    one.of('front').began(yesterday, ['enc']);
    const other = start(2);
    other.of('front').began(yesterday, ['dec']);
    other.close();
    expect(other.of('front').since(yesterday)).toBeNull();
    dies(1);
    expect(start(3).of('front').since(yesterday)?.counts).toEqual({ enc: 1 });
  });

  it('forgives, and counts anew from another probe on', () => {
    const { start, dies } = machine();
    start(1).of('front').began(yesterday, ['dec', 'enc']);
    dies(1);
    const second = start(2).of('front');
    second.forgive(['enc']);
    expect(second.since(yesterday)?.counts).toEqual({ dec: 1 });
    second.began(today, ['dec']);
    dies(2);
    const third = start(3).of('front');
    expect([third.since(yesterday), third.since(today)?.counts]).toEqual([null, { dec: 1 }]);
  });

  it('says once that it can not write, and begins anew where the file is none of its own', () => {
    const { start, dies, state, warnings } = machine();
    mkdirSync(join(folder, 'lenscast'));
    writeFileSync(state.file, '{"version":1,"runs":3}');
    start(1).of('front').began(yesterday, ['enc']);
    dies(1);
    expect(start(2).of('front').since(yesterday)?.counts).toEqual({ enc: 1 });
    writeFileSync(join(folder, 'no-folder'), '');
    state.file = join(folder, 'no-folder/crashes.json');
    const front = start(3).of('front');
    front.began(yesterday, ['enc']);
    front.ended();
    expect(front.since(yesterday)).toBeNull();
    expect(warnings).toEqual([expect.stringMatching(/would be forgotten: E/)]);
  });

  it('does nothing where processes can not be told apart', () => {
    const { state, clock } = machine();
    const front = new CrashFile({ file: state.file, process: null, isAlive, clock: clock.clock, log: silentLog }).of(
      'a',
    );
    front.began(today, ['enc']);
    front.forgive(['enc']);
    front.ended();
    expect([front.since(today), existsSync(state.file)]).toEqual([null, false]);
  });
});

describe('processId', () => {
  const root = (stat: string) => {
    mkdirSync(join(folder, 'proc/sys/kernel/random'), { recursive: true });
    mkdirSync(join(folder, 'proc/42'), { recursive: true });
    writeFileSync(join(folder, 'proc/sys/kernel/random/boot_id'), 'monday\n');
    writeFileSync(join(folder, 'proc/42/stat'), stat);
    return folder;
  };
  const fields = Array.from({ length: 30 }, (_, i) => i + 4).join(' ');

  it('reads the start of a process, whatever its name', () => {
    const found = processId(42, root(`42 (a) S) S ${fields}\n`));
    expect(found).toEqual({ boot: 'monday', pid: 42, startTicks: 22 });
  });

  it('knows that a number was given again', () => {
    const at = root(`42 (node) S ${fields}\n`);
    expect(isAlive({ boot: 'monday', pid: 42, startTicks: 22 }, at)).toBe(true);
    expect(isAlive({ boot: 'monday', pid: 42, startTicks: 21 }, at)).toBe(false);
    expect(isAlive({ boot: 'sunday', pid: 42, startTicks: 22 }, at)).toBe(false);
    expect(isAlive({ boot: 'monday', pid: 43, startTicks: 22 }, at)).toBe(false);
  });

  it('is null where the system does not tell', () => {
    expect(processId(42, join(folder, 'none'))).toBeNull();
    expect(processId(42, root('42 (node) S 1'))).toBeNull();
  });

  it.runIf(process.platform === 'linux')('finds this process', () => {
    const own = processId('self');
    expect(own?.pid).toBe(process.pid);
    expect(own && isAlive(own)).toBe(true);
  });
});
