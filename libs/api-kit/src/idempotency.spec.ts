import { randomBytes } from 'node:crypto';
import { KeyRing, openTestDatabase, type TestDatabase } from '#database';
import { Idempotency } from './idempotency.js';

let house: TestDatabase;
let idempotency: Idempotency;
let runs: number;

beforeAll(async () => {
  house = await openTestDatabase();
  idempotency = new Idempotency(house.database, new KeyRing([randomBytes(32).toString('base64')]));
});
afterAll(() => house.close());
beforeEach(() => (runs = 0));

function send(key: string | undefined, request: unknown, { caller = 'user:1', fail = false } = {}) {
  return house.database.transaction((tx) =>
    idempotency.once(tx, { caller, route: 'POST /v1/things', key, request }, () => {
      runs++;
      return fail ? Promise.reject(new Error('no luck')) : Promise.resolve({ status: 201, body: { run: runs } });
    }),
  );
}

it('gives the same key and body the first answer again', async () => {
  expect(await send('a', { x: 1, y: 2 })).toEqual({ status: 201, body: { run: 1 }, replayed: false });
  expect(await send('a', { y: 2, x: 1 })).toEqual({ status: 201, body: { run: 1 }, replayed: true });
});

it('runs once for twenty callers at once', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => send('b', {})));
  expect(runs).toBe(1);
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(new Set(answers.map(({ body }) => body.run))).toEqual(new Set([1]));
});

it('refuses another body under the same key', async () => {
  await send('c', { x: 1 });
  await expect(send('c', { x: 2 })).rejects.toMatchObject({ statusCode: 422, code: 'idempotency_key_reused' });
});

it('keeps the keys of different callers apart', async () => {
  await send('d', {});
  expect(await send('d', {}, { caller: 'user:2' })).toMatchObject({ replayed: false });
});

it('frees the key when the work failed', async () => {
  await expect(send('e', {}, { fail: true })).rejects.toThrow('no luck');
  expect(await send('e', {})).toMatchObject({ replayed: false });
});

it('runs every time without a key', async () => {
  await send(undefined, {});
  await send(undefined, {});
  expect(runs).toBe(2);
});

it('takes a key for new after a day', async () => {
  await send('f', { x: 1 });
  await house.database.rows(`UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'f'`);
  expect(await send('f', { x: 2 })).toMatchObject({ replayed: false });
});

it('tells an answer it has before the work, and refuses as a replay would', async () => {
  const known = (key: string, request: unknown) =>
    idempotency.known({ caller: 'user:1', route: 'POST /v1/things', key, request });
  expect(await known('k', { x: 1 })).toBeUndefined();
  await send('k', { x: 1 });
  expect(await known('k', { x: 1 })).toEqual({ status: 201, body: { run: 1 }, replayed: true });
  await expect(known('k', { x: 2 })).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  expect(runs).toBe(1);
});

it('knows no answer that is older than a day', async () => {
  await send('l', { x: 1 });
  await house.database.rows(`UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'l'`);
  const late = { caller: 'user:1', route: 'POST /v1/things', key: 'l', request: { x: 2 } };
  expect(await idempotency.known(late)).toBeUndefined();
});

it('drops keys older than a day', async () => {
  await send('g', {});
  await house.database.rows(`UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'g'`);
  await idempotency.forgetOld();
  expect(await house.database.rows(`SELECT 1 FROM idempotency_keys WHERE key = 'g'`)).toEqual([]);
});

it('shows a secret once and refuses the replay, without storing the secret', async () => {
  const create = () =>
    house.database.transaction((tx) =>
      idempotency.onceWithoutReplay(tx, { caller: 'user:1', route: 'POST /v1/keys', key: 'h', request: {} }, () =>
        Promise.resolve({ secret: 'canary-4711' }),
      ),
    );
  expect(await create()).toEqual({ secret: 'canary-4711' });
  await expect(create()).rejects.toMatchObject({ statusCode: 409, code: 'already_done' });
  expect(JSON.stringify(await house.database.rows(`SELECT * FROM idempotency_keys`))).not.toContain('canary');
});
