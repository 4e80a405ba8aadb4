import { Registry } from 'prom-client';
import { openOutboxHouse, type OutboxHouse } from '../testing/outbox-house.js';
import { Inbox } from '../inbox/inbox.js';
import { BacklogMetrics } from './backlog-metrics.js';
import { BacklogRepository } from './backlog.repository.js';

let house: OutboxHouse;
beforeAll(async () => (house = await openOutboxHouse({ deliver: false })));
afterAll(() => house.close());

it('shows what waits, for how long, and in which channel', async () => {
  const [chat, idle] = [await house.aChat(), await house.aChannel()];
  await house.send(chat, 'one');
  const old = await house.send(chat, 'two');
  await house.database.rows(`UPDATE messages SET received_at = now() - interval '90 seconds' WHERE id = $1`, [old]);
  await house.database.rows(
    'INSERT INTO ledger_totals (channel_id, shard, quarantined) VALUES ($1, 0, 2), ($1, 1, 1)',
    [idle],
  );
  const registry = new Registry();
  new BacklogMetrics(registry, house.get(Inbox), new BacklogRepository(house.database));
  const text = await registry.metrics();
  const valueOf = (name: string, channel: string) =>
    Number(new RegExp(`^${name}\\{messenger="scripted",channel="${channel}"\\} (.+)$`, 'm').exec(text)?.[1]);
  expect(valueOf('parley_outbox_queued', chat.channelId)).toBe(2);
  expect(valueOf('parley_outbox_oldest_seconds', chat.channelId)).toBeGreaterThanOrEqual(90);
  expect(valueOf('parley_outbox_queued', idle)).toBe(0);
  expect(valueOf('parley_quarantined_events', idle)).toBe(3);
  expect(text).toContain('parley_inbox_waiting_events 0');
});

it('leaves the other metrics readable while the database is away', async () => {
  const registry = new Registry();
  const away = { perChannel: () => Promise.reject(new Error('connection refused')) } as unknown as BacklogRepository;
  new BacklogMetrics(registry, house.get(Inbox), away);
  expect(await registry.metrics()).toContain('parley_inbox_waiting_events 0');
});
