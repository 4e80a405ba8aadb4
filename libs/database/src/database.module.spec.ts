import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { Column, Entity, PrimaryColumn, Repository } from 'typeorm';
import { Database, ReceivingDatabase } from './database.js';
import { afterCommit, rows } from './transaction.js';
import { DatabaseModule, type DatabaseOptions } from './database.module.js';
import { newId } from './id.js';
import { KeyRing } from './key-ring.js';
import { Leases } from './leases.repository.js';
import { Settings } from './settings.repository.js';
import { openTestDatabase, type TestDatabase } from './testing/test-database.js';

@Entity('users')
class Person {
  @PrimaryColumn('uuid') id: string;
  @Column('text') name: string;
}

@Injectable()
class People {
  constructor(
    @InjectRepository(Person) readonly repository: Repository<Person>,
    @Inject(Database) readonly database: Database,
  ) {}
}

@Module({ imports: [TypeOrmModule.forFeature([Person])], providers: [People] })
class PeopleModule {}

const [old, next, foreign] = [1, 2, 3].map(() => randomBytes(32).toString('base64')) as [string, string, string];
let test: TestDatabase;
beforeAll(() => void Logger.overrideLogger(false));
beforeEach(async () => (test = await openTestDatabase()));
afterEach(() => test.close());

async function boot(options: Partial<DatabaseOptions> = {}) {
  const all = { url: test.url, poolSize: 1, receivingPoolSize: 1, keys: [old], ...options };
  const module = await Test.createTestingModule({ imports: [DatabaseModule.forRoot(all), PeopleModule] }).compile();
  return module.enableShutdownHooks().init();
}

it('provides the pools, the ring, settings and leases, and rooms register their entities', async () => {
  const app = await boot();
  expect(await app.get(People).repository.count()).toBe(0);
  expect(await app.get(ReceivingDatabase).rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(app.get(KeyRing).fingerprint()).toHaveLength(16);
  await app.close();
  await expect(app.get(ReceivingDatabase).rows('SELECT 1')).rejects.toThrow();
});

it('shows its shape without a database', async () => {
  const app = await boot({ url: 'postgres://nobody@127.0.0.1:1/none', connect: false });
  expect(app.get(People).repository).toBeInstanceOf(Repository);
  await app.close();
});

it('refuses a node with another key ring, takes a rotated one, and then refuses one that lacks the new key', async () => {
  await (await boot()).close();
  await expect(boot({ keys: [foreign] })).rejects.toThrow('another key ring');
  await expect(boot({ keys: [old, foreign] })).rejects.toThrow('another key ring');
  await (await boot({ keys: [next, old] })).close();
  await expect(boot({ keys: [old] })).rejects.toThrow('another key ring');
  await (await boot({ keys: [old, next, old] })).close();
});

it('makes a setting once, whoever asks at the same time', async () => {
  const settings = new Settings(test.database);
  const values = await Promise.all([1, 2, 3, 4, 5].map((n) => settings.getOrCreate('number', () => n)));
  expect(new Set(values).size).toBe(1);
  await test.database.transaction((tx) => settings.set(tx, 'number', { is: 7 }));
  expect(await settings.get('number')).toEqual({ is: 7 });
  expect(await settings.get('unknown')).toBeUndefined();
});

it('gives a lease to one holder, renews it for them, and to the next when it has run out', async () => {
  const leases = new Leases(test.database);
  const holders = [newId(), newId(), newId()] as const;
  const won = await Promise.all(holders.map((holder) => leases.tryAcquire('poll', holder, 60_000)));
  const winner = holders[won.findIndex((lease) => lease !== undefined)] ?? '';
  const other = holders.find((holder) => holder !== winner) ?? '';
  expect(won.filter((lease) => lease !== undefined)).toEqual([{ fence: '1' }]);
  expect(await leases.tryAcquire('poll', winner, 60_000)).toEqual({ fence: '1' });
  await leases.release('poll', other);
  expect(await leases.tryAcquire('poll', other, 60_000)).toBeUndefined();
  await leases.release('poll', winner);
  expect(await leases.tryAcquire('poll', other, 60_000)).toEqual({ fence: '2' });
});

it("refuses a stale holder's write", async () => {
  const leases = new Leases(test.database);
  const [slow, quick] = [newId(), newId()];
  const stale = await leases.tryAcquire('poll', slow, -1);
  const fresh = await leases.tryAcquire('poll', quick, 60_000);
  const isHeld = (fence?: string) => test.database.transaction((tx) => leases.isHeld(tx, 'poll', fence ?? ''));
  expect(await isHeld(stale?.fence)).toBe(false);
  expect(await isHeld(fresh?.fence)).toBe(true);
});

it('retries a serialization failure, and gives up after some', async () => {
  let attempts = 0;
  const serialization = (tx: Parameters<typeof rows>[0]) =>
    rows(tx, `DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`);
  await test.database.transaction(async (tx) => {
    if (++attempts < 3) await serialization(tx);
  });
  expect(attempts).toBe(3);
  await expect(test.database.transaction(serialization)).rejects.toThrow('again');
});

it('runs what waits for a commit after it, once, and never for what was rolled back', async () => {
  const ran: string[] = [];
  let attempts = 0;
  await test.database.transaction(async (tx) => {
    afterCommit(tx, () => ran.push(`attempt ${attempts}`));
    if (++attempts < 3) await rows(tx, `DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`);
    expect(ran).toEqual([]);
  });
  expect(ran).toEqual(['attempt 3']);
});
