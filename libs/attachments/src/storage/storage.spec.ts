import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { eventually } from '#database';
import { anS3StandIn, type S3StandIn } from '../testing/s3-stand-in.js';
import { LocalStorage } from './local-storage.js';
import { S3Storage } from './s3-storage.js';
import { type ContentFile, ContentGone, newStorageKey, type Storage } from './storage.js';

let directory: string;
let bucket: S3StandIn;
let s3: S3Storage;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'storage-'));
  bucket = await anS3StandIn();
  s3 = new S3Storage(bucket.options);
});
afterAll(async () => {
  await s3.onApplicationShutdown();
  await bucket.close();
  await rm(directory, { recursive: true });
});

async function aFile(content: string | Buffer): Promise<ContentFile> {
  const path = join(directory, newStorageKey());
  await writeFile(path, content);
  return { path, size: Buffer.byteLength(content), sha256: createHash('sha256').update(content).digest('hex') };
}

const kinds: [string, () => Storage][] = [
  ['local', () => new LocalStorage(join(directory, 'kept'))],
  ['S3', () => s3],
];

test.each(kinds)('%s: content comes back whole and in part, is replaced and removed', async (_, open) => {
  const [storage, key] = [open(), newStorageKey()];
  await storage.put(key, await aFile('first'));
  await storage.put(key, await aFile('content of a file'));
  expect((await buffer(await storage.read(key))).toString()).toBe('content of a file');
  expect((await buffer(await storage.read(key, { from: 8, to: 9 }))).toString()).toBe('of');
  await storage.remove(key);
  await storage.remove(key);
  await expect(storage.read(key)).rejects.toBeInstanceOf(ContentGone);
});

test('S3: whoever reads slowly gets all of it', async () => {
  const key = newStorageKey();
  const content = Buffer.alloc(32 << 20, 'x');
  await s3.put(key, await aFile(content));
  jest.useFakeTimers({ doNotFake: ['Date', 'nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'hrtime'] });
  try {
    const body = await s3.read(key);
    await eventually(() => body.readableLength >= body.readableHighWaterMark);
    jest.advanceTimersByTime(60 * 60_000);
    expect((await buffer(body)).equals(content)).toBe(true);
  } finally {
    jest.useRealTimers();
  }
});

test('where the whole place is missing, nothing is said to be gone', async () => {
  const key = newStorageKey();
  const away = new LocalStorage(join(directory, 'not mounted'));
  await expect(away.read(key)).rejects.toMatchObject({ code: 'ENOENT' });
  const other = new S3Storage({ ...bucket.options, bucket: 'another' });
  await expect(other.read(key)).rejects.toMatchObject({ code: 'S3 store: 404' });
  await other.onApplicationShutdown();
});

test.each(kinds)('%s: a key that is none of ours leads nowhere', async (_, open) => {
  for (const key of ['../../etc/passwd', `${'a'.repeat(47)}/`, '', 'A'.repeat(48), `${newStorageKey()}\n`]) {
    await expect(open().read(key)).rejects.toThrow('no storage key');
    await expect(open().remove(key)).rejects.toThrow('no storage key');
  }
});

test('files lie in folders only we may enter', async () => {
  const key = newStorageKey();
  await new LocalStorage(join(directory, 'fan')).put(key, await aFile('x'));
  expect(await readdir(join(directory, 'fan'))).toEqual([key.slice(0, 2)]);
  expect((await stat(join(directory, 'fan', key.slice(0, 2)))).mode & 0o077).toBe(0);
});

test('the bucket checks signatures, and believed each of ours', async () => {
  expect(bucket.refusals).toEqual([]);
  const stranger = new S3Storage({ ...bucket.options, secretKey: 'another' });
  await expect(stranger.put(newStorageKey(), await aFile('x'))).rejects.toThrow('answered 403');
  await stranger.onApplicationShutdown();
  const lying = { ...(await aFile('what is sent')), sha256: createHash('sha256').update('signed').digest('hex') };
  await expect(s3.put(newStorageKey(), lying)).rejects.toThrow('answered 403');
  expect(bucket.refusals.splice(0)).toEqual(['signature', 'content']);
});

test('a store that fails is an error that names no key', async () => {
  const key = newStorageKey();
  bucket.failing = 500;
  const failures = [s3.put(key, await aFile('x')), s3.read(key), s3.remove(key)].map((call) =>
    call.then(String, String),
  );
  for (const failure of await Promise.all(failures)) {
    expect(failure).toContain('answered 500');
    expect(failure).not.toContain(key);
  }
  bucket.failing = undefined;
});
