import { Readable } from 'node:stream';
import { AnswerTooLarge, NotAskedError } from '#messenger-kit';
import { newId, ReceivingDatabase } from '#database';
import { Jobs } from '#jobs';
import { Attachments } from './attachments.js';
import { FETCH_JOB, FetchJob, NOT_FETCHED } from './fetch-job.js';
import { type AttachmentsHouse, openAttachmentsHouse } from './testing/attachments-house.js';
import { PNG } from './testing/carrier.js';

let house: AttachmentsHouse;

beforeAll(async () => {
  house = await openAttachmentsHouse({ maxBytes: 50_000, maxAttempts: 3 });
});
afterAll(() => house.close());
beforeEach(() => {
  house.carrier.answer = () => house.carrier.brings(PNG);
});

const run = (id: string): Promise<void> => house.get(FetchJob).run({ id });

test('what is expected waits as a job, in the transaction of its message; its reference is sealed', async () => {
  const { id } = await house.expect({ reference: 'https://cdn.example/CANARY' });
  expect(await house.view(id)).toEqual({
    id,
    type: 'image',
    state: 'pending',
    name: null,
    mimeType: null,
    size: null,
    url: null,
    failure: null,
  });
  expect(await house.waitingJobs()).toContainEqual({ id });
  const everything = await house.database.rows(
    'SELECT attachments::text, j::text FROM attachments, graphile_worker._private_jobs j',
  );
  expect(JSON.stringify(everything)).not.toContain('CANARY');
});

test('what the messenger cannot load, or is complete as it came, is not expected', async () => {
  const before = (await house.waitingJobs()).length;
  for (const attachment of [{ type: 'location' as const }, { reference: undefined }]) {
    expect(await house.view((await house.expect(attachment)).id)).toBeUndefined();
  }
  expect(await house.waitingJobs()).toHaveLength(before);
});

test('expecting twice is expecting once', async () => {
  const one = await house.expect();
  await run(one.id);
  await house.database.transaction((tx) => house.get(Attachments).expect(tx, [one]));
  expect(await house.view(one.id)).toMatchObject({ state: 'stored' });
});

test('both statements leave with COMMIT on the receiving path', async () => {
  const one = { ...(await house.expect()), id: newId() };
  const expecting = house.get(Attachments);
  await house.get(ReceivingDatabase).commit((tx) => Promise.resolve(() => [expecting.expect(tx, [one])]));
  expect(await house.view(one.id)).toMatchObject({ state: 'pending' });
  expect(await house.waitingJobs()).toContainEqual({ id: one.id });
});

test('content is fetched, sniffed and stored under a random name, and those who read the chat hear of it', async () => {
  house.carrier.answer = () => house.carrier.brings(PNG, { name: '../../etc/übel?.png', mimeType: 'text/html' });
  const agent = house.aCaller();
  const { id, chatId, messageId } = await house.expect({ reference: 'file-1' }, [agent]);
  await run(id);
  expect(house.carrier.asked.at(-1)).toEqual({ source: 'loft', reference: 'file-1' });
  const view = { state: 'stored', name: 'übel_.png', mimeType: 'image/png', size: PNG.length, failure: null };
  expect(await house.view(id)).toMatchObject(view);
  expect((await house.view(id))?.url).toMatch(`/v1/attachments/${id}?`);
  expect(await house.eventsOf(id)).toEqual([
    { chat: chatId, audience: { agents: [agent.id] }, data: { messageId, attachmentId: id, ...view } },
  ]);
  expect((await house.files()).every((name) => /^[0-9a-f]{48}$/.test(name))).toBe(true);
  expect(await house.files('incoming')).toEqual([]);
  const [file] = await house.get(Attachments).files([id]);
  expect(file).toMatchObject({ type: 'image', name: 'übel_.png', mimeType: 'image/png', size: PNG.length });
  expect(await file!.read()).toEqual(PNG);
});

test('a fetched attachment is not fetched again, and its reference is gone', async () => {
  const { id } = await house.expect();
  await run(id);
  const asked = house.carrier.asked.length;
  await run(id);
  expect(house.carrier.asked).toHaveLength(asked);
  expect(await house.database.row('SELECT reference FROM attachments WHERE id = $1', [id])).toEqual({
    reference: null,
  });
  expect(await house.eventsOf(id)).toHaveLength(1);
});

test.each([
  ['told before', () => house.expect({ size: 50_001 })],
  [
    'found while it streams',
    () => ((house.carrier.answer = () => house.carrier.brings(Buffer.alloc(50_001))), house.expect()),
  ],
  [
    'found by the guarded client',
    () => {
      house.carrier.answer = () => ({
        kind: 'loaded',
        body: new Readable({
          read() {
            this.destroy(new AnswerTooLarge('too large'));
          },
        }),
      });
      return house.expect();
    },
  ],
])('too large, %s: a visible notice, nothing kept', async (_, expecting) => {
  const before = await house.files();
  const { id } = await expecting();
  await run(id);
  expect(await house.view(id)).toMatchObject({
    state: 'too_large',
    url: null,
    failure: 'This file is larger than 48.8 KB and was not fetched.',
  });
  expect(await house.eventsOf(id)).toHaveLength(1);
  expect(await house.files()).toEqual(before);
});

test('refused for good: failed at once, with the messenger’s sentence', async () => {
  house.carrier.answer = () => ({ kind: 'refused', class: 'permanent', sentence: 'The link is gone.' });
  const { id } = await house.expect();
  await run(id);
  expect(await house.view(id)).toMatchObject({ state: 'failed', failure: 'The link is gone.' });
});

test('refused for now: tried again, then given up', async () => {
  house.carrier.answer = () => ({ kind: 'refused', class: 'retry', sentence: 'Not yet.' });
  const { id } = await house.expect();
  await expect(run(id)).rejects.toThrow();
  await expect(run(id)).rejects.toThrow();
  expect(await house.view(id)).toMatchObject({ state: 'pending' });
  await run(id);
  expect(await house.view(id)).toMatchObject({ state: 'failed', failure: 'Not yet.' });
});

test('files, which come in heaps, go behind what somebody waits for', async () => {
  const busy = await openAttachmentsHouse();
  await busy.expect();
  await busy.expect();
  await busy.database.transaction((tx) => busy.get(Jobs).enqueue(tx, 'action', [{}]));
  // The library's order: https://worker.graphile.org/docs/priority
  const jobs = await busy.database.rows<{ name: string }>(
    'SELECT task_identifier AS name FROM graphile_worker.jobs ORDER BY priority, run_at, id',
  );
  expect(jobs.map(({ name }) => name)).toEqual(['action', FETCH_JOB, FETCH_JOB]);
  await busy.close();
});

test('what a network does not give is asked for again for as long as the links of Facebook live', async () => {
  const patient = await openAttachmentsHouse();
  patient.carrier.answer = () => ({ kind: 'refused', class: 'retry', sentence: 'Not yet.' });
  const { id } = await patient.expect();
  const [job] = await patient.database.rows<{ tries: number }>(
    'SELECT max_attempts AS tries FROM graphile_worker.jobs',
  );
  for (let tries = 1; tries < job!.tries; tries++) await expect(patient.get(FetchJob).run({ id })).rejects.toThrow();
  expect(await patient.view(id)).toMatchObject({ state: 'pending' });
  // The library's pauses: https://worker.graphile.org/docs/exponential-backoff
  const pauses = Array.from({ length: job!.tries - 1 }, (_, tried) => Math.exp(Math.min(tried + 1, 10)));
  expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThan(29 * 86_400);
  await patient.get(FetchJob).run({ id });
  expect(await patient.view(id)).toMatchObject({ state: 'failed', failure: 'Not yet.' });
  await patient.close();
});

test('a body that breaks off and a network that is away are tried again; no error repeats the link', async () => {
  const { id } = await house.expect();
  house.carrier.answer = () => ({
    kind: 'loaded',
    body: Readable.from(
      (function* () {
        yield PNG.subarray(0, 20);
        throw new Error('broke off at CANARY');
      })(),
    ),
  });
  const first = await run(id).catch((error: unknown) => error);
  house.carrier.answer = () => Promise.reject(new NotAskedError('ENOTFOUND', 'CANARY'));
  const second = await run(id).catch((error: unknown) => error);
  expect(String(first) + String(second)).not.toContain('CANARY');
  expect(await house.files('incoming')).toEqual([]);
  house.carrier.answer = () => house.carrier.brings(PNG);
  await run(id);
  expect(await house.view(id)).toMatchObject({ state: 'stored', size: PNG.length });
});

test('a body that trickles for ever is given up in time, whoever brings it, and asked for again', async () => {
  const hasty = await openAttachmentsHouse({ maxAttempts: 2, fetchMs: 200 });
  const { id } = await hasty.expect();
  const bodies = [hasty.carrier.trickle(), hasty.carrier.trickle()];
  hasty.carrier.answer = () => ({ kind: 'loaded', body: bodies[hasty.carrier.asked.length - 1]! });
  await expect(hasty.get(FetchJob).run({ id })).rejects.toThrow('not fetched yet');
  await hasty.get(FetchJob).run({ id });
  expect(await hasty.view(id)).toMatchObject({ state: 'failed', failure: NOT_FETCHED });
  expect(bodies.map(({ destroyed }) => destroyed)).toEqual([true, true]);
  expect(await hasty.files('incoming')).toEqual([]);
  await hasty.close();
});

test('killed between storing and writing it down: the next try completes it', async () => {
  const { id } = await house.expect();
  const storage = house.storage;
  const whole = storage.put.bind(storage);
  storage.put = async (key, file) => {
    storage.put = whole;
    await whole(key, file);
    throw new Error('killed');
  };
  await expect(run(id)).rejects.toThrow();
  const files = await house.files();
  await run(id);
  expect(await house.view(id)).toMatchObject({ state: 'stored' });
  expect(await house.files()).toEqual(files);
});

test('discarded while it is fetched: nothing stays', async () => {
  const { id } = await house.expect();
  const before = await house.files();
  house.carrier.answer = async () => {
    await house.database.transaction((tx) => house.get(Attachments).discard(tx, [id]));
    return house.carrier.brings(PNG);
  };
  await run(id);
  expect(await house.view(id)).toMatchObject({ state: 'failed', url: null, failure: 'This was deleted.' });
  expect(await house.files()).toEqual(before);
});

test('a job for what is not there does nothing', async () => {
  await run(newId());
  await expect(house.get(FetchJob).run({ id: 'nonsense' })).rejects.toThrow();
});
