import { newId, openTestDatabase } from '#database';
import { EventLog, type NewEvent } from './index.js';
import { WakeUps } from './wake-ups.js';
import { EventRepository } from './event.repository.js';

const wakeUps = new WakeUps();
const log = new EventLog(new EventRepository(), wakeUps);
const at = new Date('2026-11-22T10:00:00.123Z');

interface StoredEvent {
  readonly type: string;
  readonly at: Date;
  readonly chat_id: string | null;
  readonly seq: number | null;
  readonly audience: unknown;
  readonly data: unknown;
}

let house: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  house = await openTestDatabase([]);
});
afterAll(() => house.close());
afterEach(() => house.database.rows('TRUNCATE events'));

function stored(): Promise<StoredEvent[]> {
  return house.database.rows<StoredEvent>('SELECT * FROM events ORDER BY txid, id');
}

function aMessageReceived(seq: number, preview = 'Hello'): NewEvent {
  const audience = { queues: [newId()] };
  const data = { messageId: newId(), preview, inboundCount: seq };
  return { type: 'message.received', at, chatId: newId(), seq, audience, data };
}

it('keeps a batch in the order given, with everything it carries', async () => {
  const events = Array.from({ length: 256 }, (_, index) =>
    aMessageReceived(index + 1, `"quoted", {brace}, \\ ${index} 🎉`),
  );
  await house.database.transaction((tx) => log.record(tx, events));
  expect(await stored()).toMatchObject(events.map(({ chatId, ...event }) => ({ ...event, chat_id: chatId })));
});

it('records an event without a chat', async () => {
  const data = { userId: newId(), state: 'active', available: true };
  await house.database.transaction((tx) =>
    log.record(tx, [{ type: 'agent.state_changed', at, audience: { roles: ['supervisor'] }, data }]),
  );
  expect(await stored()).toMatchObject([{ type: 'agent.state_changed', at, chat_id: null, seq: null, data }]);
});

it('takes no events for granted when there are none', async () => {
  await house.database.transaction((tx) => log.record(tx, []));
  expect(await stored()).toEqual([]);
});

it('forgets the events of a change that was rolled back', async () => {
  const failing = house.database.transaction(async (tx) => {
    await log.record(tx, [aMessageReceived(1)]);
    throw new Error('the change failed');
  });
  await expect(failing).rejects.toThrow('the change failed');
  expect(await stored()).toEqual([]);
});

it('wakes readers once the events are committed, and not when they were rolled back', async () => {
  const seen: number[] = [];
  const woken = new Promise<void>((resolve) => {
    const look = async () => seen.push((await stored()).length);
    wakeUps.onWake(() => void look().then(() => resolve()));
  });
  const failing = house.database.transaction(async (tx) => {
    await log.record(tx, [aMessageReceived(1)]);
    throw new Error('the change failed');
  });
  await expect(failing).rejects.toThrow('the change failed');
  await house.database.transaction((tx) => log.record(tx, [aMessageReceived(1), aMessageReceived(2)]));
  await woken;
  expect(seen).toEqual([2]);
});
