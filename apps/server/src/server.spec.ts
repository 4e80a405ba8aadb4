import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server as Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openTestDatabase, type TestDatabase } from '#database';
import type { FirstSignIn } from '#identity';
import { loadConfig } from './config.js';
import { startServer } from './server.js';
import { firstSignInLine, startUpBlock } from './start-up-block.js';
import { startUpFailure } from './start-up-failure.js';

const KEY = randomBytes(32).toString('base64');

let house: TestDatabase;
let busy: Socket;
let port: number;

beforeAll(async () => {
  house = await openTestDatabase();
  busy = createServer().listen(0, '127.0.0.1');
  await once(busy, 'listening');
  port = (busy.address() as AddressInfo).port;
});
afterAll(() => house.close());

function start(onFirstSignIn?: (signIn: FirstSignIn) => void) {
  const { config } = loadConfig({
    NODE_ROLE: 'web',
    PORT: String(port),
    DATABASE_URL: house.url,
    PARLEY_ENCRYPTION_KEYS: KEY,
    PARLEY_SHUTDOWN_SECONDS: '5',
  });
  const server = startServer(config, pino({ level: 'silent' }), onFirstSignIn);
  return { config, server };
}

it('tells the first admin also when the start fails after that, and lets them in at the next', async () => {
  const told: FirstSignIn[] = [];
  const { config, server: failing } = start((signIn) => told.push(signIn));
  const error: unknown = await failing.catch((failure: unknown) => failure);
  expect(startUpFailure(error, config)).toContain(`PORT: another program listens on port ${port}`);
  expect(told).toEqual([{ email: 'admin@localhost', generatedPassword: expect.any(String) as string }]);
  expect(firstSignInLine(told[0]!)).toContain(told[0]!.generatedPassword);
  busy.close();
  await once(busy, 'close');
  const server = await start((signIn) => told.push(signIn)).server;
  try {
    expect(told).toHaveLength(1);
    expect(startUpBlock(server)).not.toContain('First admin');
    const body = JSON.stringify({ email: told[0]!.email, password: told[0]!.generatedPassword });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${server.address}/v1/auth/sessions`, { method: 'POST', headers, body });
    expect(answer.status).toBe(201);
  } finally {
    await server.stop();
  }
});

it('does not start over an encrypted database without its key file, and writes no other', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-no-keys-'));
  try {
    const { config } = loadConfig({ NODE_ROLE: 'web', DATABASE_URL: house.url, PARLEY_DATA_DIR: dataDir });
    const starting = startServer(config, pino({ level: 'silent' }));
    await expect(starting).rejects.toThrow(`The key file ${config.keyFile} is missing`);
    expect(await readdir(dataDir)).toEqual([]);
  } finally {
    await rm(dataDir, { recursive: true });
  }
});

it('does not start where no file can be kept, also with keys and a database of their own', async () => {
  const { config } = loadConfig({
    NODE_ROLE: 'web',
    DATABASE_URL: house.url,
    PARLEY_ENCRYPTION_KEYS: KEY,
    PARLEY_DATA_DIR: '/dev/null/data',
  });
  const error: unknown = await startServer(config, pino({ level: 'silent' })).then(
    (server) => server.stop(),
    (failure: unknown) => failure,
  );
  expect(startUpFailure(error, config)).toMatch(/^PARLEY_DATA_DIR: .*\/dev\/null/);
});
