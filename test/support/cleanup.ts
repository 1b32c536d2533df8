/** What a test started, ended after it whatever became of the test. */
import { onTestFinished } from 'vitest';

/** Stops `thing` when the test is over; what was started last goes first. */
export function stopAfterTest<T extends { stop(): Promise<unknown> }>(thing: T): T {
  onTestFinished(async () => {
    await thing.stop();
  });
  return thing;
}
