import { defineConfig } from 'vitest/config';

// Timing decides no test: a busy machine takes its time.
const expectation = { poll: { timeout: 60_000 } };

/** In Docker, on images that are built once before. */
const inDocker = 'test/{docker,chromeDocker,clusterDocker,operations,sentinelDocker,upgrade}.test.ts';

export default defineConfig({
  test: {
    reporters: ['default', './test/countReporter.ts'],
    projects: [
      // Pure: no process, no server. Properties play hundreds of games.
      {
        test: {
          name: 'unit',
          include: ['{packages,services,apps}/*/test/unit/**/*.test.ts'],
          testTimeout: 120_000,
          expect: expectation,
          sequence: { groupOrder: 0 },
          maxWorkers: 2,
        },
      },
      // The whole system in containers. They mostly wait, so what is pure runs beside them.
      {
        test: {
          name: 'docker',
          include: [inDocker],
          globalSetup: ['./test/buildImages.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: expectation,
          sequence: { groupOrder: 0 },
          maxWorkers: 2,
        },
      },
      // On a real Redis, or a real server in this process.
      {
        test: {
          name: 'integration',
          include: ['{packages,services,apps}/*/test/integration/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 120_000,
          expect: expectation,
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
        },
      },
      // The web app in Chromium, on the whole system.
      {
        test: {
          name: 'web',
          include: ['test/web/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: expectation,
          sequence: { groupOrder: 2 },
          maxWorkers: 2,
        },
      },
      // The whole system as processes, and its faults.
      {
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: ['test/web/**', inDocker],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: expectation,
          sequence: { groupOrder: 3 },
          maxWorkers: 2,
        },
      },
    ],
  },
});
