import { randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { openTestDatabase, type TestDatabase } from '#database';
import { FirstAdmin, Sessions } from '#identity';
import { createApplication } from './application.js';
import { loadConfig } from './config.js';

const ADMIN = { email: 'admin@example.com', password: 'correct horse battery' };

/** All rooms on a socket, a real database and a real disk. */
let house: TestDatabase;
let app: NestFastifyApplication;
let dataDir: string;
let url: string;
let log = '';

beforeAll(async () => {
  house = await openTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'uploads-'));
  const { config } = loadConfig({ NODE_ROLE: 'web', PARLEY_DATA_DIR: dataDir, PARLEY_ATTACHMENT_MAX_BYTES: '2000000' });
  const keys = [randomBytes(32).toString('base64')];
  const options = { config, databaseUrl: house.url, keys, publicUrl: 'http://x' };
  app = await createApplication(options, pino({ level: 'debug' }, { write: (line: string) => void (log += line) }));
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  await app.get(FirstAdmin).ensure(ADMIN);
});
afterAll(async () => {
  await app.close();
  await house.close();
  await rm(dataDir, { recursive: true });
});

async function upload(bytes: number) {
  const { accessToken } = await app.get(Sessions).signIn(ADMIN.email, ADMIN.password);
  const body = new FormData();
  body.set('file', new File([new Uint8Array(bytes)], 'page.html', { type: 'text/html' }));
  const headers = { authorization: `Bearer ${accessToken}` };
  const answer = await fetch(`${url}/v1/attachments`, { method: 'POST', headers, body });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

it('takes an upload larger than other bodies may be, and serves it so that it can do no harm', async () => {
  const { status, body } = await upload(1_500_000);
  expect([status, body.state, body.size]).toEqual([201, 'stored', 1_500_000]);
  const answer = await fetch(url + String(body.url));
  expect((await answer.arrayBuffer()).byteLength).toBe(1_500_000);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': expect.stringMatching(/^attachment;/) as string,
    'content-security-policy': expect.stringMatching(/^default-src 'none';.* sandbox$/) as string,
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'cross-origin',
  });
  const signature = new URL(String(body.url), url).searchParams.get('signature');
  expect(log).toContain('/v1/attachments/:attachmentId');
  expect(log).not.toContain(signature);
});

it('refuses a larger one with a problem', async () => {
  const { status, body } = await upload(2_000_001);
  expect([status, body.code, body.detail]).toEqual([413, 'too_large', 'The file is larger than 1.9 MB.']);
});

it('answers 503 while the place of files is away, in both directions, and says why in the log', async () => {
  const { body } = await upload(10);
  const place = join(dataDir, 'attachments');
  await rename(place, `${place}.away`);
  await writeFile(place, '');
  expect(await upload(10)).toMatchObject({ status: 503, body: { code: 'files_unavailable' } });
  const unread = await fetch(url + String(body.url));
  expect([unread.status, await unread.json()]).toMatchObject([503, { code: 'files_unavailable' }]);
  expect(log).toContain('"msg":"Files cannot be stored or read: ENOTDIR"');
  await rm(place);
  await rename(`${place}.away`, place);
  expect((await upload(10)).status).toBe(201);
  expect((await fetch(url + String(body.url))).status).toBe(200);
});
