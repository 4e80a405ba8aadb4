import { loadConfig } from './config.js';
import { startUpFailure } from './start-up-failure.js';

const DATABASE_URL = 'postgres://parley:canary@db.example.com:5433/parley';
const { config } = loadConfig({ PORT: '3007', DATABASE_URL, PARLEY_DATA_DIR: '/srv/parley' });
const withoutUrl = loadConfig({}).config;

const failure = (message: string, parts: object) => Object.assign(new Error(message), parts);
const refused = failure('connect ECONNREFUSED 127.0.0.1:5433', { code: 'ECONNREFUSED', syscall: 'connect' });

it.each([
  [failure('', { code: 'EADDRINUSE', syscall: 'listen' }), /^PORT: .*port 3007 of 127\.0\.0\.1/],
  [failure('', { code: 'EACCES', syscall: 'listen' }), /^PORT: .*3007/],
  [failure('no such address', { code: 'EADDRNOTAVAIL', syscall: 'listen' }), /^HOST: .*no such address/],
  [failure('not found', { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: '127.0.0.1' }), /^HOST: .*not found/],
  [failure('', { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'db.example.com' }), /^DATABASE_URL: /],
  [new TypeError('invalid IP address: proxy'), /^PARLEY_TRUST_PROXY: .*proxy/],
  [new TypeError('invalid range on address: 10.0.0.0/99'), /^PARLEY_TRUST_PROXY: .*10\.0\.0\.0\/99/],
  [refused, /^DATABASE_URL: .* db\.example\.com:5433: connect ECONNREFUSED/],
  [new AggregateError([refused, refused]), /^DATABASE_URL: .*ECONNREFUSED/],
  [failure('timeout expired', {}), /^DATABASE_URL: .*timeout expired/],
  [failure('password authentication failed', { code: '28P01' }), /^DATABASE_URL: .*password authentication failed/],
  [failure('cannot execute INSERT in a read-only transaction', { code: '25006' }), /^DATABASE_URL: .*:5433 .*standby/],
  [failure('permission denied for schema public', { code: '42501' }), /^DATABASE_URL: permission denied for schema/],
  [failure('The server does not support SSL connections', {}), /^DATABASE_URL: .*does not speak TLS/],
  [
    failure('self-signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    /^DATABASE_URL: .*self-signed certificate/,
  ],
  [failure('permission denied', { code: 'EACCES', path: '/srv/parley/encryption-keys' }), /^PARLEY_DATA_DIR: /],
  [failure('no such folder', { code: 'ENOENT', path: '/srv' }), /^PARLEY_DATA_DIR: no such folder/],
  [failure('not there', { code: 'ENOENT', path: '/sr' }), /^not there$/],
  [new Error('Another Parley uses the database'), /^Another Parley uses the database$/],
  ['a text', /^a text$/],
])('names the setting to look at: %s', (error, sentence) => {
  expect(startUpFailure(error, config)).toMatch(sentence);
  expect(startUpFailure(error, config)).not.toContain('canary');
});

it('blames no DATABASE_URL where there is none', () => {
  expect(startUpFailure(refused, withoutUrl)).toBe(refused.message);
});
