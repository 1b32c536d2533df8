import { expect, it, onTestFinished, vi } from 'vitest';
import type { HardwareFault } from '../../../src/camera/hardware-fault.js';
import { HardwareGuard } from '../../../src/camera/hardware-guard.js';
import { FakePipeline, manualClock } from '../fakes.js';

const hardware = { factories: ['nvjpegenc'], metered: new Map<string, string>(), startTimeoutMs: 1000 };

it('tells of a start that hangs in time, and when it comes back, however late', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const pipeline = new FakePipeline('', { sinks: [] }, { onFrames: () => {}, onEvent: () => {} });
  let comeBack = (): void => undefined;
  pipeline.startResult = new Promise((resolve) => {
    comeBack = resolve;
  });
  const faults: HardwareFault[] = [];
  const onFault = (fault: HardwareFault) => void faults.push(fault);
  const guard = new HardwareGuard({ hardware, clock: manualClock().clock, isWatched: () => true, onFault });
  const starting = guard.start(pipeline);
  vi.advanceTimersByTime(999);
  expect(faults).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(faults).toMatchObject([{ factories: ['nvjpegenc'], reason: 'the start hung for 1000 ms' }]);
  let isBack = false;
  void faults[0]?.hung?.then(() => {
    isBack = true;
  });
  guard.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(isBack).toBe(false);
  comeBack();
  await starting;
  await faults[0]?.hung;
  expect(isBack).toBe(true);
  expect(faults).toHaveLength(1);
});
