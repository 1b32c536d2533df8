import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Long files first: one that begins last keeps a core waiting at the end. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isShort = ({ moduleId }: TestSpecification) => Number(/\/test\/(unit|native)\//.test(moduleId));
    return (await super.sort(files)).sort((one, other) => isShort(one) - isShort(other));
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/**/*.test.ts'],
    // Two cores are a third idle with two files at once: tests wait for cameras, time-outs and browsers. More than three
    // only slow each other down.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    testTimeout: 90_000,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
});
