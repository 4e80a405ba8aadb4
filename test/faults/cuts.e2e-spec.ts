import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { openDesk } from '../support/desk.js';
import type { House } from '../support/house.js';
import { rounds } from '../support/rounds.js';

/** Real: the built server, PostgreSQL, sockets. Its connections to the database are ended over and over, whatever they do. */
const SECONDS = rounds(4, 40);
const CALLERS = 8;
/** Between two cuts, short ones as often as long ones: within a statement, between two, and long enough for a call to be done. */
const SHORTEST_MS = 5;
const LONGEST_MS = 500;
/** The longest grow with the time it takes: how long a call needs depends on what else the machine does. */
const GROWING = 1 / 8;
const MADE_AT_LEAST = 5;

interface TagPage {
  readonly data: readonly { readonly name: string }[];
  readonly page: { readonly next: string | null };
}

let house: House;
let cutter: pg.Client;

beforeAll(async () => {
  house = await openDesk();
  cutter = new pg.Client(house.database.url);
  await cutter.connect();
}, 120_000);
afterAll(async () => {
  await cutter?.end();
  await house?.close();
});

it('connections that end at any moment: each call is done or answered 503, and what was done is there', async () => {
  const { admin } = house.team;
  const warnings: Error[] = [];
  const hear = (warning: Error) => void warnings.push(warning);
  process.on('warning', hear);
  let over = false;
  const since = performance.now();
  const cutting = (async () => {
    while (!over) {
      await cutter.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE 'parley%'`,
      );
      const longest = Math.max(LONGEST_MS, (performance.now() - since) * GROWING);
      await pause(SHORTEST_MS * (longest / SHORTEST_MS) ** Math.random());
    }
  })();
  const made = new Set<string>();
  const statuses = new Map<number, number>();
  let number = 0;
  const makeTag = async () => {
    const tag = { name: `Tag ${(number += 1)}`, color: '#1f6feb' };
    const { status } = await admin.post('/v1/tags', tag);
    if (status === 201) made.add(tag.name);
    return status;
  };
  const makeKey = async () =>
    (await admin.post('/v1/api-keys', { name: `Key ${(number += 1)}`, role: 'agent' })).status;
  const look = (path: string) => async () => (await admin.get(path)).status;
  const calls = [makeTag, makeKey, look('/v1/chats?filter=all'), look('/v1/users'), look('/v1/events')];
  const until = since + SECONDS * 1_000;
  const callers = Array.from({ length: CALLERS }, async (_, caller) => {
    for (let turn = caller; performance.now() < until || made.size < MADE_AT_LEAST; turn += 1) {
      const status = await calls[turn % calls.length]!();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  });
  await Promise.all(callers).finally(() => (over = true));
  await cutting;
  process.off('warning', hear);
  expect([...statuses.keys()].sort()).toEqual([200, 201, 503]);
  const there = new Set<string>();
  for (let next: string | null = ''; next !== null;) {
    const page: TagPage = await admin.read(`/v1/tags?limit=100${next && `&cursor=${encodeURIComponent(next)}`}`);
    for (const { name } of page.data) there.add(name);
    next = page.page.next;
  }
  expect([...made].filter((name) => !there.has(name))).toEqual([]);
  // Node warns of eleven listeners: something of each lost connection would stay for the life of the server.
  expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
}, 120_000);
