import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { S3Options } from '#attachments';
import { address, integer, list, oneOf, optional, origins, postgres, readSettings, text } from './settings.js';

/** Every variable this program knows. The names are promised to operators. */
const SETTINGS = {
  NODE_ENV: text('development'),
  NODE_ROLE: oneOf(['all', 'web', 'worker'], 'all'),
  HOST: text('127.0.0.1'),
  PORT: integer(3000, 0, 65_535),
  DATABASE_URL: postgres(),
  PARLEY_DATA_DIR: text('./data'),
  PARLEY_PUBLIC_URL: address(undefined),
  PARLEY_ADMIN_EMAIL: text('admin@localhost'),
  PARLEY_ADMIN_PASSWORD: optional({ secret: true }),
  PARLEY_ENCRYPTION_KEYS: list({ secret: true }),
  PARLEY_META_APP_ID: optional(),
  PARLEY_META_APP_SECRET: list({ secret: true }),
  PARLEY_META_VERIFY_TOKEN: optional({ secret: true }),
  PARLEY_META_HUMAN_AGENT: oneOf(['off', 'on'], 'off'),
  PARLEY_META_BUSINESS_PAGES: oneOf(['off', 'on'], 'off'),
  PARLEY_GRAPH_URL: address('https://graph.facebook.com'),
  PARLEY_GRAPH_VERSION: text('v26.0'),
  PARLEY_FACEBOOK_DIALOG_URL: address('https://www.facebook.com'),
  PARLEY_INSTAGRAM_APP_ID: optional(),
  PARLEY_INSTAGRAM_APP_SECRET: list({ secret: true }),
  PARLEY_INSTAGRAM_GRAPH_URL: address('https://graph.instagram.com'),
  PARLEY_INSTAGRAM_API_URL: address('https://api.instagram.com'),
  PARLEY_INSTAGRAM_DIALOG_URL: address('https://www.instagram.com'),
  PARLEY_LINE_API_URL: address('https://api.line.me'),
  PARLEY_LINE_DATA_URL: address('https://api-data.line.me'),
  PARLEY_TELEGRAM_API_URL: address('https://api.telegram.org'),
  PARLEY_VIBER_API_URL: address('https://chatapi.viber.com'),
  PARLEY_HTTP_ALLOWED_ORIGINS: origins(),
  PARLEY_ATTACHMENT_MAX_BYTES: integer(25 * 1024 * 1024, 1, 2 ** 31),
  PARLEY_S3_ENDPOINT: address(undefined),
  PARLEY_S3_BUCKET: optional(),
  PARLEY_S3_REGION: text('us-east-1'),
  PARLEY_S3_ACCESS_KEY: optional({ secret: true }),
  PARLEY_S3_SECRET_KEY: optional({ secret: true }),
  PARLEY_POOL_SIZE: integer(10, 1, 500),
  PARLEY_RECEIVING_POOL_SIZE: integer(2, 1, 100),
  PARLEY_DIRECT_DATABASE_URL: postgres(),
  PARLEY_JOB_CONCURRENCY: integer(4, 1, 100),
  PARLEY_RAW_BODY_DAYS: integer(30, 1, 3650),
  PARLEY_EVENT_DAYS: integer(7, 4, 365),
  PARLEY_MESSAGE_EXPIRE_HOURS: integer(24, 1, 720),
  PARLEY_LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], 'info'),
  PARLEY_TRUST_PROXY: list(),
  PARLEY_CORS_ORIGINS: origins(),
  PARLEY_SHUTDOWN_SECONDS: integer(25, 1, 600),
};

const ENVIRONMENTS = new Set(['development', 'production', 'test']);

/** Used by the tests, not by the server. */
const FOR_TESTS = /^PARLEY_TEST_/;
const DEFAULT_PASSWORDS = new Set(['admin', 'changeme', 'change-me', 'parley', 'password', 'postgres', 'secret']);
const LEAST_PASSWORD = 10;

type Values = ReturnType<typeof readSettings<typeof SETTINGS>>['values'];

/** What is in force, for everything the server does. */
export interface Config {
  readonly values: Values;
  readonly production: boolean;
  readonly dataDir: string;
  /** Where the keys are when PARLEY_ENCRYPTION_KEYS is not set. */
  readonly keyFile: string;
  /** Where attachments are kept; undefined = in the data directory. */
  readonly s3: S3Options | undefined;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Why the server must not start; one sentence each. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** The only reader of the environment. */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): LoadedConfig {
  const { values, problems } = readSettings(SETTINGS, env);
  const dataDir = resolve(values.PARLEY_DATA_DIR);
  const production = values.NODE_ENV === 'production';
  const config = { values, production, dataDir, keyFile: resolve(dataDir, 'encryption-keys'), s3: s3Of(values) };
  return {
    config,
    problems: [...problems, ...contradictions(values), ...(production ? notForProduction(config) : [])],
    warnings: [...unknownEnvironment(values.NODE_ENV), ...unknownSettings(Object.keys(env))],
  };
}

/** One line per setting, secrets masked. */
export function describeConfig({ values }: Config): string {
  const lines = Object.entries(SETTINGS).map(([name, setting]) => {
    const value = values[name as keyof Values];
    return `${name}=${'secret' in setting && setting.secret ? masked(value) : shown(value)}`;
  });
  return `${lines.join('\n')}\n`;
}

/** Not refused: other libraries have more words for it. But a mistyped `production` would leave out its checks in silence. */
function unknownEnvironment(name: string): string[] {
  if (ENVIRONMENTS.has(name)) return [];
  return [`NODE_ENV=${name} counts as development; only "production" refuses missing keys and default passwords`];
}

function unknownSettings(names: readonly string[]): string[] {
  return names
    .filter((name) => name.startsWith('PARLEY_') && !(name in SETTINGS) && !FOR_TESTS.test(name))
    .map((name) => `${name} is not a setting of this version and has no effect`);
}

function s3Of(values: Values): S3Options | undefined {
  const { PARLEY_S3_ENDPOINT: endpoint, PARLEY_S3_BUCKET: bucket, PARLEY_S3_REGION: region } = values;
  const { PARLEY_S3_ACCESS_KEY: accessKey, PARLEY_S3_SECRET_KEY: secretKey } = values;
  return endpoint && bucket && accessKey && secretKey ? { endpoint, bucket, region, accessKey, secretKey } : undefined;
}

function contradictions(values: Values): string[] {
  const problems: string[] = [];
  const { PARLEY_META_APP_ID: id, PARLEY_META_APP_SECRET: secrets, PARLEY_ADMIN_PASSWORD: password } = values;
  if ((id === undefined) !== (secrets.length === 0)) {
    problems.push('PARLEY_META_APP_ID and PARLEY_META_APP_SECRET must be set together');
  }
  if ((values.PARLEY_INSTAGRAM_APP_ID === undefined) !== (values.PARLEY_INSTAGRAM_APP_SECRET.length === 0)) {
    problems.push('PARLEY_INSTAGRAM_APP_ID and PARLEY_INSTAGRAM_APP_SECRET must be set together');
  }
  const s3 = [
    values.PARLEY_S3_ENDPOINT,
    values.PARLEY_S3_BUCKET,
    values.PARLEY_S3_ACCESS_KEY,
    values.PARLEY_S3_SECRET_KEY,
  ];
  if (s3.some((value) => value === undefined) && s3.some((value) => value !== undefined)) {
    problems.push(
      'PARLEY_S3_ENDPOINT, PARLEY_S3_BUCKET, PARLEY_S3_ACCESS_KEY and PARLEY_S3_SECRET_KEY must be set together',
    );
  }
  if (password !== undefined && password.length < LEAST_PASSWORD) {
    problems.push(`PARLEY_ADMIN_PASSWORD must have at least ${LEAST_PASSWORD} characters`);
  }
  return problems;
}

function notForProduction({ values, keyFile }: Config): string[] {
  const problems: string[] = [];
  if (values.PARLEY_ENCRYPTION_KEYS.length === 0 && !existsSync(keyFile)) {
    problems.push(`PARLEY_ENCRYPTION_KEYS is missing: make a key with "openssl rand -base64 32" and keep it safe`);
  }
  const isOnMeta = values.PARLEY_META_APP_ID !== undefined || values.PARLEY_INSTAGRAM_APP_ID !== undefined;
  if (isOnMeta && values.PARLEY_META_VERIFY_TOKEN === undefined) {
    problems.push('PARLEY_META_VERIFY_TOKEN is missing: choose a random word and give it to your Meta app as well');
  }
  if (isDefault(values.PARLEY_ADMIN_PASSWORD)) problems.push('PARLEY_ADMIN_PASSWORD is a default password');
  if (values.DATABASE_URL && isDefault(decodeURIComponent(new URL(values.DATABASE_URL).password))) {
    problems.push('DATABASE_URL holds a default password');
  }
  return problems;
}

function isDefault(password: string | undefined): boolean {
  return password !== undefined && DEFAULT_PASSWORDS.has(password.toLowerCase().replace(/[\d!]+$/, ''));
}

function masked(value: unknown): string {
  return value === undefined || (Array.isArray(value) && value.length === 0) ? '' : '(set)';
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
