/** What a test started, ended after it whatever became of the test. */
import { onTestFinished } from 'vitest';

/** Ends `thing` by `end` when the test is over; what was made last goes first. */
export function endAfterTest<T>(thing: T, end: (thing: T) => unknown): T {
  onTestFinished(async () => {
    await end(thing);
  });
  return thing;
}

/** The same by its `stop()`. */
export function stopAfterTest<T extends { stop(): Promise<unknown> }>(thing: T): T {
  return endAfterTest(thing, (one) => one.stop());
}
