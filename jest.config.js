import { availableParallelism } from 'node:os';

/** One set of rules for both projects: see `jest.environment.js`, `jest.runner.js` and `jest.hooks.js`. */
const common = {
  rootDir: '.',
  testEnvironment: '<rootDir>/jest.environment.js',
  testRunner: '<rootDir>/jest.runner.js',
  transform: {},
};

/** @type {import('jest').Config} */
const config = {
  testTimeout: 180_000,
  // Tests wait half as long as they work: two more than cores, see the sequencer.
  maxWorkers: Math.min(availableParallelism() + 2, 8),
  // A worker that has loaded many specs is replaced before collecting garbage slows it.
  testSequencer: '<rootDir>/jest.sequencer.js',
  workerIdleMemoryLimit: '1GB',
  // Taking apart all that a worker has loaded lasts half a second on busy cores, which Jest would call a leak.
  workerGracefulExitTimeout: 5_000,
  globalTeardown: '<rootDir>/jest.teardown.js',
  projects: [
    {
      ...common,
      displayName: 'unit',
      roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/test/sample-messenger'],
      testMatch: ['**/*.spec.ts'],
    },
    {
      ...common,
      displayName: 'e2e',
      roots: ['<rootDir>/test'],
      testMatch: ['**/*.e2e-spec.ts'],
    },
  ],
};

export default config;
