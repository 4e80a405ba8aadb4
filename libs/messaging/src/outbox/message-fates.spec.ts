import { eventually, newId } from '#database';
import type { SendVerdict } from '#messenger-kit';
import { openOutboxHouse, type OutboxHouse, type TestChat } from '../testing/outbox-house.js';
import { sent } from '../testing/scripted-messenger.js';
import { MessageFates } from './message-fates.js';

let house: OutboxHouse;
let fates: MessageFates;
beforeAll(async () => {
  house = await openOutboxHouse({}, 1);
  fates = house.get(MessageFates);
});
afterAll(() => house.close());

const becomes = (id: string, status: string) => eventually(async () => (await house.statusOf(id)) === status);
const timesSent = (id: string) => house.scripted.calls.filter((call) => call.id === id).length;
const failing: SendVerdict = { kind: 'rejected', class: 'permanent', code: '400', sentence: 'No.' };
const unknown: SendVerdict = { kind: 'unknown', sentence: 'No answer.' };

/** A message whose first try had this fate; later ones succeed. */
async function aMessage(chat: TestChat, first: SendVerdict, status: string): Promise<string> {
  house.scripted.answer = ({ id }) => (timesSent(id) === 1 ? first : sent(id));
  const id = await house.send(chat, 'Good day');
  await becomes(id, status);
  return id;
}

it('a failed message is sent once more, and once only for one key', async () => {
  const chat = await house.aChat();
  const id = await aMessage(chat, failing, 'failed');
  const answers = await Promise.all([1, 2, 3].map(() => fates.retry(chat.agent, id, 'again')));
  expect(answers.map(({ body }) => body.status)).toEqual(['queued', 'queued', 'queued']);
  await becomes(id, 'sent');
  expect(timesSent(id)).toBe(2);
});

it('an expired message is sent again and does not expire at once', async () => {
  const chat = await house.aChat();
  const id = await aMessage(chat, failing, 'failed');
  await house.database.rows(
    `UPDATE messages SET status = 'expired', received_at = now() - interval '3 days' WHERE id = $1`,
    [id],
  );
  await fates.retry(chat.agent, id);
  await becomes(id, 'sent');
});

it('two retries of one message at once are one try', async () => {
  const chat = await house.aChat();
  const id = await aMessage(chat, failing, 'failed');
  const results = await Promise.allSettled([1, 2, 3, 4].map(() => fates.retry(chat.agent, id)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  await becomes(id, 'sent');
  expect(timesSent(id)).toBe(2);
});

it('a message that was sent is not retried', async () => {
  const chat = await house.aChat();
  const id = await aMessage(chat, sent('ext'), 'sent');
  await expect(fates.retry(chat.agent, id)).rejects.toMatchObject({ statusCode: 409, code: 'not_failed' });
  await expect(fates.resolve(chat.agent, id, 'sent')).rejects.toMatchObject({ code: 'not_unconfirmed' });
  await expect(fates.resolve(chat.agent, id, 'send_again')).rejects.toMatchObject({ code: 'not_unconfirmed' });
});

it('an unconfirmed message is marked as sent without being sent', async () => {
  const chat = await house.aChat();
  const id = await aMessage(chat, unknown, 'unconfirmed');
  await fates.resolve(chat.agent, id, 'sent');
  expect(await house.statusOf(id)).toBe('sent');
  expect(timesSent(id)).toBe(1);
});

it('an unconfirmed message is marked as sent after its chat was closed, but not sent again', async () => {
  const chat = await house.aChat();
  const id = await aMessage(chat, unknown, 'unconfirmed');
  await house.database.rows(`UPDATE chats SET status = 'closed', closed_at = now() WHERE id = $1`, [chat.id]);
  await expect(fates.resolve(chat.agent, id, 'send_again')).rejects.toMatchObject({ code: 'chat_closed' });
  await fates.resolve(await house.anAgent('supervisor'), id, 'sent');
  expect(await house.statusOf(id)).toBe('sent');
});

it('an unconfirmed message is sent again when somebody wants it', async () => {
  const chat = await house.aChat();
  const id = await aMessage(chat, unknown, 'unconfirmed');
  await fates.resolve(chat.agent, id, 'send_again');
  await becomes(id, 'sent');
  expect(timesSent(id)).toBe(2);
});

it('a message the rules forbid by now is not queued again', async () => {
  const chat = await house.aChat();
  const id = await aMessage(chat, failing, 'failed');
  house.scripted.allowed = false;
  await expect(fates.retry(chat.agent, id)).rejects.toMatchObject({ statusCode: 409, code: 'send_not_allowed' });
  house.scripted.allowed = true;
  expect(await house.statusOf(id)).toBe('failed');
});

it('a message to somebody who has blocked us by now is not queued again, nor sent where it is queued', async () => {
  const chat = await house.aChat();
  const id = await aMessage(chat, failing, 'failed');
  house.scripted.answer = async () => {
    await house.database.rows(
      `INSERT INTO channel_identities (identity_id, channel_id, blocked_at)
       SELECT identity_id, channel_id, now() + interval '1 minute' FROM chats WHERE id = $1`,
      [chat.id],
    );
    return { kind: 'rejected', class: 'retryAfter', code: '429', sentence: 'Wait.', retryAfterMs: 10 };
  };
  const later = await house.send(chat, 'Are you there?');
  await becomes(later, 'failed');
  expect(timesSent(later)).toBe(1);
  await expect(fates.retry(chat.agent, id)).rejects.toMatchObject({
    statusCode: 409,
    code: 'send_not_allowed',
    detail: 'The contact blocked this account.',
  });
});

it('others than the holder, supervisors and admins are told of no such message', async () => {
  const chat = await house.aChat();
  const id = await aMessage(chat, unknown, 'unconfirmed');
  const stranger = await house.anAgent();
  for (const attempt of [
    fates.retry(stranger, id),
    fates.resolve(stranger, id, 'sent'),
    fates.retry(stranger, newId()),
  ]) {
    await expect(attempt).rejects.toMatchObject({ statusCode: 404, detail: 'There is no such message.' });
  }
});
