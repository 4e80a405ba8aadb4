import base from './jest.config.js';

const e2e = base.projects.find(({ displayName }) => displayName === 'e2e');

/** Apart from `npm test`: it needs PostgreSQL's programs for replication, which are not among those that come along. */
export default {
  ...e2e,
  displayName: 'two-servers',
  testTimeout: base.testTimeout,
  roots: ['<rootDir>/test/two-servers'],
  testMatch: ['**/*.spec.ts'],
};
