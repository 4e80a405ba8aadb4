import { existsSync } from 'node:fs';

/** ESM packages that Fastify's CommonJS plugins pull in with require(), which Jest cannot do on Node 20. */
const REQUIRED_ESM = 'content-disposition|cookie';

const room = '^#([a-z-]+)$';

/** One transform and one set of paths for both projects: `#room` is the room's source, `.js` imports are `.ts` files. */
const common = {
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
      },
    ],
    [`/node_modules/(${REQUIRED_ESM})/.+\\.js$`]: ['@swc/jest', { jsc: { target: 'es2022' } }],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${REQUIRED_ESM})/)`],
  moduleNameMapper: {
    [room]: '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@nestjs/throttler$': '<rootDir>/test/support/throttler-stand-in.ts',
  },
};

const globals = existsSync('test/support/global-setup.ts')
  ? {
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    }
  : {};

/** @type {import('jest').Config} */
const config = {
  testTimeout: 180_000,
  // Tests wait as much as they work. A worker that has loaded many specs is replaced before collecting garbage slows it.
  maxWorkers: 4,
  testSequencer: '<rootDir>/jest.sequencer.js',
  workerIdleMemoryLimit: '1GB',
  globalTeardown: '<rootDir>/jest.teardown.js',
  projects: [
    {
      ...common,
      displayName: 'unit',
      rootDir: '.',
      roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/test/sample-messenger'],
      testMatch: ['**/*.spec.ts'],
    },
    {
      ...common,
      displayName: 'e2e',
      rootDir: '.',
      roots: ['<rootDir>/test'],
      testMatch: ['**/*.e2e-spec.ts'],
      ...globals,
    },
  ],
};

export default config;
