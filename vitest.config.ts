import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/**/*.test.ts'],
    // Two cores are a third idle with two files at once: tests wait for cameras, time-outs and browsers. More than three
    // only slow each other down.
    maxWorkers: 3,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
});
