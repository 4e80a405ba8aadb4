import { DataSource } from 'typeorm';
import { Database, newId, openTestDatabase, rows, Settings, type TestDatabase, type Tx } from '#database';
import { Jobs } from '#jobs';
import { EventLog } from '../event-log.js';
import type { NewEvent } from '../event-map.js';
import { EventRepository } from '../event.repository.js';
import { EventsOptions } from '../events-options.js';
import { WakeUps } from '../wake-ups.js';
import { isLost } from './event-reader.js';
import { LogEpoch } from './log-epoch.js';
import { LogReaderRepository } from './log-reader.repository.js';
import type { StoredEvent } from './stored-event.js';
import { BEGINNING, cursorOf, placeOf, type Position } from './position.js';
import { Retention } from './retention.js';

/** On real PostgreSQL, with transactions that really overlap. */
let house: TestDatabase;
let others: Database;
let log: LogReaderRepository;
let epoch: LogEpoch;
const events = new EventLog(new EventRepository(), new WakeUps());

beforeAll(async () => {
  house = await openTestDatabase();
  others = new Database(await new DataSource({ ...house.dataSource.options }).initialize());
  log = new LogReaderRepository(house.database);
  epoch = new LogEpoch(house.database, new Settings(house.database));
  await epoch.check();
});
afterAll(async () => {
  await others.dataSource.destroy();
  await house.close();
});
beforeEach(() =>
  house.database.rows(`WITH gone AS (DELETE FROM events) DELETE FROM settings WHERE name = 'events.horizon'`),
);

function anEvent(name: string, at = new Date()): NewEvent {
  return { type: 'contact.changed', at, audience: {}, data: { contactId: newId(), name } };
}

async function record(...names: string[]): Promise<void> {
  await house.database.transaction((tx) =>
    events.record(
      tx,
      names.map((name) => anEvent(name)),
    ),
  );
}

async function readFrom(place: Position, limit = 500): Promise<{ names: string[]; end: Position; held: boolean }> {
  const page = await log.page(place, limit);
  return {
    names: page.events.map(({ data }) => (data as { name: string }).name),
    end: page.end,
    held: page.held,
  };
}

/** What a batch of messages leaves in the log: one row for all of them. */
async function recordBundle(tx: Tx, previews: string[], at = new Date()): Promise<void> {
  await rows(
    tx,
    `INSERT INTO events (type, at, audience, data, chat_ids, seqs, owner_ids, owned_by_agents, message_ids, previews,
       inbound_ordinals)
     SELECT 'message.received', $2, '{}', '{}', array_agg(gen_random_uuid()), array_agg(n), array_agg(gen_random_uuid()),
       array_agg(n % 2 = 0), array_agg(gen_random_uuid()), array_agg(p), array_agg(n)
     FROM unnest($1::text[]) WITH ORDINALITY AS b (p, n)`,
    [previews, at],
  );
}

/** Other spec files share the server: their open transactions hold every reader back, for a while. */
async function settled(): Promise<void> {
  const deadline = performance.now() + 20_000;
  while ((await log.page(BEGINNING, 1)).held) {
    if (performance.now() > deadline) throw new Error('Some transaction has been open for 20 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

it('never skips who drew an earlier number and commits later', async () => {
  let commit = () => {};
  const mayCommit = new Promise<void>((resolve) => (commit = resolve));
  let slow = Promise.resolve();
  await new Promise<void>((drawn) => {
    slow = others.transaction(async (tx) => {
      await events.record(tx, [anEvent('slow')]);
      drawn();
      await mayCommit;
    });
  });
  const seen: string[] = [];
  let place = BEGINNING;
  const read = async () => {
    const { names, end } = await readFrom(place);
    seen.push(...names);
    place = end;
  };
  for (let number = 1; number <= 100; number++) {
    await record(`quick ${number}`);
    if (number % 10 === 0) await read();
  }
  expect(seen).toEqual([]);
  expect(await readFrom(place)).toMatchObject({ names: [], held: true });

  commit();
  await slow;
  await settled();
  await read();
  expect(seen).toEqual(['slow', ...Array.from({ length: 100 }, (_, index) => `quick ${index + 1}`)]);
  expect(await readFrom(place)).toMatchObject({ names: [], held: false });
});

it('reads page by page, in order, each event once', async () => {
  for (let batch = 0; batch < 7; batch++) await record(...['a', 'b', 'c'].map((letter) => `${batch}${letter}`));
  await settled();
  const pages: string[][] = [];
  let place = BEGINNING;
  for (;;) {
    const { names, end } = await readFrom(place, 4);
    if (names.length === 0) break;
    pages.push(names);
    place = end;
  }
  expect(pages.flat()).toEqual([0, 1, 2, 3, 4, 5, 6].flatMap((batch) => [`${batch}a`, `${batch}b`, `${batch}c`]));
  expect(pages.map(({ length }) => length)).toEqual([4, 4, 4, 4, 4, 1]);
});

it('the present lies before everything that is not committed yet', async () => {
  await record('before');
  await settled();
  const { head } = await log.page(BEGINNING, 1);
  await record('after');
  await settled();
  expect(await readFrom(head)).toMatchObject({ names: ['after'] });
});

it('stands behind what is written, not behind numbers that a crash of the database gives again', async () => {
  await record('written');
  const drawn = others.transaction(async (tx) => {
    await rows(tx, 'SELECT pg_current_xact_id()');
    throw new Error('never mind');
  });
  await expect(drawn).rejects.toThrow('never mind');
  await settled();
  for (const page of [await log.page(BEGINNING, 500), await log.tail(BEGINNING, 128)]) {
    const [event] = page.events;
    expect(page.end).toMatchObject({ txid: event!.position.txid });
    expect(page.last).toEqual(page.end);
    expect(isLost({ epoch: page.epoch, position: page.end }, page)).toBe(false);
  }
});

it('ends where it ended when its last events are dropped: who stood there is not told to stand elsewhere', async () => {
  await house.database.transaction((tx) => recordBundle(tx, ['one', 'two']));
  await settled();
  const before = [await log.page(BEGINNING, 500), await log.tail(BEGINNING, 128)];
  await house.database.transaction((tx) => log.dropOldest(tx, new Date(Date.now() + 1_000), 500));
  await settled();
  const after = [await log.page(BEGINNING, 500), await log.tail(BEGINNING, 128)];
  expect(after.map(({ events }) => events)).toEqual([[], []]);
  expect(before.map(({ last }) => last)).toEqual(before.map(({ events }) => events.at(-1)!.position));
  expect(after.map(({ last }) => last)).toEqual(before.map(({ last }) => last));
});

it('reads the messages of a batch one by one, from every place and in pages of every size', async () => {
  const { head } = await log.page(BEGINNING, 1);
  await house.database.transaction(async (tx) => {
    await events.record(tx, [anEvent('before')]);
    await recordBundle(tx, ['one', 'two', 'three', 'four', 'five']);
    await recordBundle(tx, ['six']);
    await events.record(tx, [anEvent('after'), anEvent('last')]);
  });
  await settled();
  for (let limit = 1; limit <= 10; limit++) {
    const found: StoredEvent[] = [];
    for (let place = head; ;) {
      const page = await log.page(place, limit);
      found.push(...page.events);
      if (page.events.length < limit) break;
      place = page.end;
    }
    const told = found.map(({ type, data }) => (data as { name?: string }).name ?? [type, data]);
    const heard = (preview: string, inboundCount: number) => [
      'message.received',
      { messageId: expect.any(String) as string, preview, inboundCount },
    ];
    const bundled = ['one', 'two', 'three', 'four', 'five'].map((preview, index) => heard(preview, index + 1));
    expect(told).toEqual(['before', ...bundled, heard('six', 1), 'after', 'last']);
    expect(found.slice(1, 3)).toMatchObject([
      { seq: 1, chatId: expect.any(String) as string, audience: { queues: [expect.any(String) as string] } },
      { seq: 2, chatId: expect.any(String) as string, audience: { agents: [expect.any(String) as string] } },
    ]);
    expect(new Set(found.map(({ position }) => `${position.txid}/${position.id}`)).size).toBe(9);
  }
});

it('who follows the log row by row reads the same', async () => {
  const { head } = await log.page(BEGINNING, 1);
  for (const [before, after] of [
    ['a', 'b'],
    ['c', 'd'],
  ] as const) {
    await record(before);
    await house.database.transaction((tx) =>
      recordBundle(tx, ['one', 'two "quoted"', 'three,{four}', '', 'NULL', 'ü🙂']),
    );
    await house.database.transaction((tx) => recordBundle(tx, ['alone']));
    await record(after);
  }
  await settled();
  const all = await log.page(head, 500);
  expect(all.events).toHaveLength(18);
  expect((await log.tail(head, 500)).events).toEqual(all.events);
  for (let limit = 1; limit <= 8; limit++) {
    const found: StoredEvent[] = [];
    for (let place = head, more = true; more;) {
      const page = await log.tail(place, limit);
      found.push(...page.events);
      ({ end: place, more } = page);
    }
    expect(found).toEqual(all.events);
  }
});

it('of a batch that is dropped nobody misses anything who had read its last message', async () => {
  const old = new Date(Date.now() - 9 * 86_400_000);
  await house.database.transaction((tx) => recordBundle(tx, ['one', 'two', 'three'], old));
  await settled();
  const { events: stood, epoch } = await log.page(BEGINNING, 500);
  await record('young');
  await settled();
  await new Retention(house.database, log, new EventsOptions({ keepDays: 7 }), new Jobs()).dropOld();
  const left = await log.page(BEGINNING, 500);
  expect(left.events.map(({ data }) => data)).toMatchObject([{ name: 'young' }]);
  expect(stood.map(({ position }) => isLost({ epoch, position }, left))).toEqual([true, true, false]);
});

it('drops what is too old, and says so to whoever stood there', async () => {
  const days = (many: number) => new Date(Date.now() - many * 86_400_000);
  const record = (name: string, at: Date) => house.database.transaction((tx) => events.record(tx, [anEvent(name, at)]));
  await record('oldest', days(9));
  await settled();
  const [stoodThere, page] = [await log.page(BEGINNING, 1), await log.page(BEGINNING, 500)];
  const beginner = { epoch: page.epoch, position: BEGINNING };
  expect(isLost(beginner, page)).toBe(false);
  await record('old', days(8));
  await record('young', days(1));
  await record('older than its place', days(10));

  await settled();
  const retention = new Retention(house.database, log, new EventsOptions({ keepDays: 7 }), new Jobs());
  await retention.dropOld();
  const left = await log.page(BEGINNING, 500);
  expect(left.events.map(({ data }) => data)).toMatchObject([{ name: 'young' }, { name: 'older than its place' }]);
  expect(isLost(beginner, left)).toBe(true);
  expect(isLost({ epoch: left.epoch, position: stoodThere.events[0]!.position }, left)).toBe(true);
  expect(isLost({ epoch: left.epoch, position: left.horizon }, left)).toBe(false);
  expect(isLost({ epoch: left.epoch, position: left.head }, left)).toBe(false);
});

it('on another cluster, or another line of its history, all places are lost and all events stay readable', async () => {
  await record('before the move');
  await settled();
  const before = await log.page(BEGINNING, 500);
  // As a dump brings it along: the numbers of transactions this cluster has not reached.
  await house.database.rows(`UPDATE events SET txid = '9000000000'`);
  const moved = { id: before.epoch, system: '1', timeline: '00000001' };
  await house.database.transaction((tx) => new Settings(house.database).set(tx, 'events.epoch', moved));
  expect((await log.page(BEGINNING, 500)).events).toEqual([]);

  await epoch.check();
  await record('after the move');
  await settled();
  const after = await log.page(BEGINNING, 500);
  expect(after.epoch).not.toBe(before.epoch);
  expect(isLost({ epoch: before.epoch, position: before.end }, after)).toBe(true);
  expect(after.events.map(({ data }) => data)).toMatchObject([{ name: 'before the move' }, { name: 'after the move' }]);

  await epoch.check();
  expect((await log.page(BEGINNING, 1)).epoch).toBe(after.epoch);
});

it('in a dump that was restored into its own cluster all places are lost and no event is moved', async () => {
  await record('before the restore');
  await settled();
  const before = await log.page(BEGINNING, 500);
  // What a restore does: the same rows in another table.
  await house.database.rows('CREATE TABLE restored (LIKE events INCLUDING ALL)');
  await house.database.rows('INSERT INTO restored OVERRIDING SYSTEM VALUE SELECT * FROM events');
  await house.database.rows('ALTER TABLE events RENAME TO replaced');
  await house.database.rows('ALTER TABLE restored RENAME TO events');

  await epoch.check();
  const after = await log.page(BEGINNING, 500);
  await house.database.rows('ALTER TABLE events RENAME TO restored');
  await house.database.rows('ALTER TABLE replaced RENAME TO events');
  await house.database.rows('DROP TABLE restored');
  await epoch.check();
  expect(after.epoch).not.toBe(before.epoch);
  expect(isLost({ epoch: before.epoch, position: before.end }, after)).toBe(true);
  expect(after.events.map(({ position }) => position)).toEqual(before.events.map(({ position }) => position));
});

it('a cursor is opaque, whole, and of this log or of none', async () => {
  const { epoch, head } = await log.page(BEGINNING, 1);
  expect(placeOf(cursorOf(epoch, head))).toEqual({ epoch, position: head });
  const page = await log.page(BEGINNING, 1);
  for (const parts of [
    ['x', '1', '1'],
    [epoch, '99999999999999999999', '1'],
    [epoch, '-1', '0'],
    [epoch, 'a', 'b'],
  ]) {
    const forged = Buffer.from(JSON.stringify(parts)).toString('base64url');
    expect(isLost(placeOf(forged), page)).toBe(true);
  }
  expect(isLost({ epoch, position: { txid: head.txid + 1_000_000n, id: 0n } }, page)).toBe(true);
  expect(() => placeOf('nonsense')).toThrow('not one of this list');
});

it('never reads the whole log, also where the planner knows nothing of it yet', async () => {
  await house.database.rows(
    `INSERT INTO events (type, at, audience, data) SELECT 'contact.changed', now(), '{}', '{}' FROM generate_series(1, 20000)`,
  );
  const { end } = await log.page(BEGINNING, 1);
  await house.database.transaction(async (tx) => {
    const scans = () => rows(tx, `SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'events'`);
    const before = await scans();
    await log.page(end, 1, tx);
    expect(await scans()).toEqual(before);
  });
});
