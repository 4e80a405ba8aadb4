import { randomBytes } from 'node:crypto';
import { describeConfig, loadConfig } from './config.js';

const KEY = randomBytes(32).toString('base64');
const PRODUCTION = { NODE_ENV: 'production', PARLEY_DATA_DIR: '/nowhere', PARLEY_ENCRYPTION_KEYS: KEY };

it('works on a laptop without any variable', () => {
  const { config, problems, warnings } = loadConfig({});
  expect([...problems, ...warnings]).toEqual([]);
  expect(config.values).toMatchObject({ HOST: '127.0.0.1', PORT: 3000, NODE_ROLE: 'all', DATABASE_URL: undefined });
  expect(config.dataDir).toMatch(/\/data$/);
});

it('takes an empty variable for one that is not set', () => {
  expect(loadConfig({ PORT: '', PARLEY_PUBLIC_URL: ' ' }).config.values).toMatchObject({ PORT: 3000 });
});

it.each([
  ['PORT', '70000'],
  ['PORT', '3000x'],
  ['NODE_ROLE', 'boss'],
  ['DATABASE_URL', 'mysql://localhost/x'],
  ['DATABASE_URL', 'postgres://u:50%off@localhost/x'],
  ['PARLEY_PUBLIC_URL', 'chat.example.com'],
  ['PARLEY_POOL_SIZE', '0'],
  ['PARLEY_ADMIN_PASSWORD', 'short'],
  ['PARLEY_META_APP_ID', '123'],
  ['PARLEY_INSTAGRAM_APP_SECRET', 's'],
  ['PARLEY_META_HUMAN_AGENT', 'maybe'],
  ['PARLEY_ATTACHMENT_MAX_BYTES', '25MB'],
  ['PARLEY_S3_BUCKET', 'files'],
  ['PARLEY_CORS_ORIGINS', '*'],
  ['PARLEY_CORS_ORIGINS', 'https://desk.example.com desk.example.com'],
  ['PARLEY_HTTP_ALLOWED_ORIGINS', 'crm.internal'],
])('says what is wrong with %s=%s', (name, value) => {
  const { problems } = loadConfig({ [name]: value });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(name);
});

it('takes the origins of addresses that are written with a slash or a path', () => {
  const { config, problems } = loadConfig({
    PARLEY_CORS_ORIGINS: 'https://Desk.example.com/, http://127.0.0.1:5173',
    PARLEY_HTTP_ALLOWED_ORIGINS: 'http://crm.internal/answers',
  });
  expect(problems).toEqual([]);
  expect(config.values).toMatchObject({
    PARLEY_CORS_ORIGINS: ['https://desk.example.com', 'http://127.0.0.1:5173'],
    PARLEY_HTTP_ALLOWED_ORIGINS: ['http://crm.internal'],
  });
});

it('keeps attachments in the data directory unless it knows all of an S3 store', () => {
  expect(loadConfig({}).config.s3).toBeUndefined();
  const env = { PARLEY_S3_ENDPOINT: 'https://s3.example.com/', PARLEY_S3_BUCKET: 'files', PARLEY_S3_ACCESS_KEY: 'a' };
  expect(loadConfig({ ...env, PARLEY_S3_SECRET_KEY: 's' }).config.s3).toEqual({
    endpoint: 'https://s3.example.com',
    bucket: 'files',
    region: 'us-east-1',
    accessKey: 'a',
    secretKey: 's',
  });
});

it('warns about names it does not know, but not about those of the tests', () => {
  const { warnings } = loadConfig({ PARLEY_PROT: '1', PARLEY_TEST_ROUNDS: 'full', OTHER: 'x' });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('PARLEY_PROT');
});

it.each([
  ['prod', 1],
  ['staging', 1],
  ['production', 0],
  ['test', 0],
  ['', 0],
])('says that NODE_ENV=%s is taken for development: %d', (name, times) => {
  const { warnings } = loadConfig({ ...PRODUCTION, NODE_ENV: name });
  expect(warnings.filter((line) => line.startsWith(`NODE_ENV=${name} counts as development`))).toHaveLength(times);
});

it('starts in production when everything is set', () => {
  expect(loadConfig(PRODUCTION).problems).toEqual([]);
});

it('says in production, too, what is wrong with a password of the database that holds a bare %', () => {
  const { problems } = loadConfig({ ...PRODUCTION, DATABASE_URL: 'postgres://u:50%off@db/parley' });
  expect(problems).toEqual(['DATABASE_URL must have %25 in place of a % in its user, password or database']);
});

it.each([
  [{ PARLEY_ENCRYPTION_KEYS: '' }, 'PARLEY_ENCRYPTION_KEYS'],
  [{ PARLEY_ADMIN_PASSWORD: 'Password1234' }, 'PARLEY_ADMIN_PASSWORD'],
  [{ DATABASE_URL: 'postgres://postgres:postgres@db/parley' }, 'DATABASE_URL'],
  [{ PARLEY_META_APP_ID: '1', PARLEY_META_APP_SECRET: 's' }, 'PARLEY_META_VERIFY_TOKEN'],
  [{ PARLEY_INSTAGRAM_APP_ID: '1', PARLEY_INSTAGRAM_APP_SECRET: 's' }, 'PARLEY_META_VERIFY_TOKEN'],
])('refuses to start in production with %j', (env, name) => {
  const { problems } = loadConfig({ ...PRODUCTION, ...env });
  expect(problems).toEqual([expect.stringContaining(name)]);
  expect(loadConfig({ ...env, NODE_ENV: 'development' }).problems).toEqual([]);
});

it('takes several secrets of the Meta app, and an id only with one', () => {
  const { config, problems } = loadConfig({ PARLEY_META_APP_ID: '42', PARLEY_META_APP_SECRET: 'new, old' });
  expect([config.values.PARLEY_META_APP_SECRET, problems]).toEqual([['new', 'old'], []]);
  expect(loadConfig({ PARLEY_META_APP_ID: '42', PARLEY_META_APP_SECRET: ',' }).problems).toHaveLength(1);
});

it('prints what is in force, without secrets', () => {
  const secrets = {
    DATABASE_URL: 'postgres://u:canary-1@db/parley',
    PARLEY_ADMIN_PASSWORD: 'canary-2-canary',
    PARLEY_ENCRYPTION_KEYS: KEY,
    PARLEY_META_APP_SECRET: 'canary-3',
    PARLEY_INSTAGRAM_APP_SECRET: 'canary-3i',
    PARLEY_S3_SECRET_KEY: 'canary-4',
    PARLEY_META_VERIFY_TOKEN: 'canary-4',
  };
  const printed = describeConfig(
    loadConfig({ ...secrets, PARLEY_META_APP_ID: '42', PARLEY_INSTAGRAM_APP_ID: '43', PORT: '8080' }).config,
  );
  expect(printed).toContain('PORT=8080\n');
  expect(printed).toContain('PARLEY_META_APP_ID=42\n');
  expect(printed).toContain('PARLEY_ADMIN_PASSWORD=(set)\n');
  expect(printed).not.toContain('canary');
  expect(printed).not.toContain(KEY);
});
