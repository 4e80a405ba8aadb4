import type { Attachment, InboundEvent } from '#messenger-kit';
import { Channels } from '#registration';
import { MessageManager } from '../message-manager.js';
import { openOutboxHouse, type OutboxHouse } from '../testing/outbox-house.js';

/** Real: PostgreSQL and the receiving path. Scripted: the messenger. */
let house: OutboxHouse;
let channelId: string;
beforeAll(async () => (house = await openOutboxHouse({ deliver: false })));
afterAll(() => house.close());
beforeEach(async () => (channelId = await house.aChannel()));

async function comes(event: object): Promise<void> {
  const account = await house.get(Channels).account(channelId);
  const frame = { source: account.source, sender: { scope: '', externalId: channelId } };
  house.scripted.convert = () => [{ ...frame, ...event } as InboundEvent];
  await house.get(MessageManager).receive('scripted', { headers: {}, body: Buffer.from('{}') }, account);
}

const said = (...attachments: Attachment[]) =>
  comes({ kind: 'message', key: 'm', externalId: 'm1', content: { text: 'Look', attachments } });
let edits = 0;
const edited = (...attachments: Attachment[]) => {
  edits += 1;
  const at = new Date(Date.now() + edits);
  return comes({
    kind: 'edit',
    key: `e${edits}`,
    target: 'm1',
    at,
    rank: edits,
    content: { text: `${edits}`, attachments },
  });
};

async function files(): Promise<Attachment[]> {
  const [message] = await house.database.rows<{ content: { attachments: Attachment[] } }>(
    'SELECT content FROM messages WHERE channel_id = $1',
    [channelId],
  );
  return message!.content.attachments;
}

const jobs = async () =>
  (
    await house.database.rows(
      `SELECT FROM graphile_worker._private_jobs j JOIN attachments a ON a.id = (j.payload ->> 'id')::uuid
       WHERE a.channel_id = $1`,
      [channelId],
    )
  ).length;

const picture = (reference: string, more: Partial<Attachment> = {}): Attachment => ({
  type: 'image',
  reference,
  ...more,
});

it('words that change leave the files where they are: nothing is thrown away or fetched again', async () => {
  await said(picture('one'), picture('two'));
  const before = await files();
  await edited(picture('one'), picture('two'));
  expect((await files()).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  await edited(picture('two'), picture('three'));
  const [stayed, came] = await files();
  expect([stayed!.id, before.map(({ id }) => id).includes(came!.id)]).toEqual([before[1]!.id, false]);
  expect(await jobs()).toBe(3);
});

it('the messenger’s reference, which may hold secrets, stands in no message', async () => {
  await said(picture('secret-1'));
  await edited(picture('secret-1'), picture('secret-2'));
  expect(JSON.stringify(await files())).not.toContain('secret');
});

it('a file that has a new reference and looks the same stays, unless it could not be fetched', async () => {
  const looks = { size: 1234, mimeType: 'image/jpeg' };
  await said(picture('one', looks));
  const [first] = await files();
  await edited(picture('new', looks));
  expect((await files())[0]!.id).toBe(first!.id);
  await house.database.rows(`UPDATE attachments SET state = 'failed' WHERE id = $1`, [first!.id]);
  await edited(picture('newer', looks));
  expect((await files())[0]!.id).not.toBe(first!.id);
});
