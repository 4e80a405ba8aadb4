import type { InboundMessage } from '#messenger-kit';
import { Ledger } from '../ledger/ledger.js';
import { openOutboxHouse, type OutboxHouse, type TestChat } from '../testing/outbox-house.js';
import { Inbox } from './inbox.js';
import { Delivery } from './parcel.js';

/** Real: PostgreSQL, the inbox, the ledger. A messenger that gives one id to two messages. */
let house: OutboxHouse;
beforeAll(async () => (house = await openOutboxHouse({ deliver: false })));
afterAll(() => house.close());

async function brings({ channelId }: TestChat, externalId: string): Promise<void> {
  const event: InboundMessage = {
    kind: 'message',
    source: `source of ${channelId}`,
    key: `message:${externalId} by another door`,
    externalId,
    sender: { scope: '', externalId: `writer on ${channelId}` },
    content: { text: 'Is anybody there?' },
  };
  await house.get(Inbox).take(new Delivery('scripted', Buffer.from('{}')), [event]);
}

it('a message that is here already is known', async () => {
  const chat = await house.aChat();
  await brings(chat, `in-${chat.id}`);
  expect(await house.get(Ledger).balance(chat.channelId)).toMatchObject({ received: 1, ignored: 1, quarantined: 0 });
});

it('a message whose id is one of ours has is not: it is in the quarantine, for somebody to see', async () => {
  const chat = await house.aChat();
  const ours = await house.send(chat, 'Hello');
  await house.database.rows(`UPDATE messages SET status = 'sent', external_id = '1' WHERE id = $1`, [ours]);
  await brings(chat, '1');
  expect(await house.get(Ledger).balance(chat.channelId)).toMatchObject({ received: 1, ignored: 0, quarantined: 1 });
  const { data } = await house.get(Ledger).quarantine(chat.channelId, { limit: 10 });
  expect(data).toMatchObject([{ key: 'message:1 by another door', reason: 'database_refused_23505' }]);
});
