import { defineConfig } from 'vitest/config';

const report = process.env.UNMESH_TEST_REPORT;

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: './test/temporary.ts',
    // A real terminal or a real API server needs more than the default; every wait inside has its own deadline.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    ...(report ? { reporters: ['default', ['json', { outputFile: report }]] } : {}),
  },
});
