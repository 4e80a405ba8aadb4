import { setTimeout as pauseFor } from 'node:timers/promises';
import { eventually } from '#database';
import { NotAskedError, type RequestVerdict } from '#messenger-kit';
import { openOutboxHouse, type OutboxHouse } from '../testing/outbox-house.js';
import { SentMessages } from './sent-messages.js';

let house: OutboxHouse;
let messages: SentMessages;
beforeAll(async () => {
  house = await openOutboxHouse({ callTimeoutMs: 500 }, 1);
  messages = house.get(SentMessages);
});
afterAll(() => house.close());
beforeEach(() => {
  house.scripted.requests.length = 0;
  house.scripted.request = () => ({ kind: 'done' });
  house.scripted.answer = ({ id }) => ({ kind: 'sent', externalId: `ext-${id}` });
});

const NOT_REACHED = new NotAskedError('ECONNREFUSED', 'Could not reach it');

async function aSentMessage(text = 'Good day') {
  const chat = await house.aChat();
  const id = await house.send(chat, text);
  await eventually(async () => (await house.statusOf(id)) === 'sent');
  return { chat, id };
}

interface Stored {
  readonly text: string | null;
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly content: { readonly reactions?: { readonly emojis: string[] }[] } | null;
}

async function stored(id: string): Promise<Stored> {
  const [message] = await house.database.rows<Stored>(
    'SELECT text, content, edited_at IS NOT NULL AS edited, deleted_at IS NOT NULL AS deleted FROM messages WHERE id = $1',
    [id],
  );
  return message!;
}

const eventsOf = async (chatId: string) =>
  (await house.database.rows<{ type: string }>('SELECT type FROM events WHERE chat_id = $1 ORDER BY id', [chatId])).map(
    ({ type }) => type,
  );

it('an edit the messenger took is stored with its event', async () => {
  const { chat, id } = await aSentMessage();
  await messages.edit(chat.agent, id, 'Good evening');
  expect(house.scripted.requests).toEqual([{ what: 'edit', externalId: `ext-${id}`, value: 'Good evening' }]);
  expect(await stored(id)).toMatchObject({ text: 'Good evening', edited: true });
  expect(await eventsOf(chat.id)).toContain('message.edited');
});

it('of two edits at once the last one at the messenger is the last one here, too', async () => {
  const { chat, id } = await aSentMessage();
  const { requests } = house.scripted;
  house.scripted.request = () => (requests.length === 1 ? pauseFor(300, { kind: 'done' }) : { kind: 'done' });
  await Promise.all(['Good evening', 'Good night'].map((text) => messages.edit(chat.agent, id, text)));
  expect(requests).toHaveLength(2);
  expect((await stored(id)).text).toBe(requests.at(-1)!.value);
});

it('an edit holds that a node made whose clock is behind', async () => {
  const { chat, id } = await aSentMessage();
  await messages.edit(chat.agent, id, 'Good evening');
  jest.useFakeTimers({
    doNotFake: [
      'nextTick',
      'setImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
      'performance',
    ],
    now: Date.now() - 3_600_000,
  });
  await messages.edit(chat.agent, id, 'Good night').finally(() => jest.useRealTimers());
  expect((await stored(id)).text).toBe('Good night');
});

it('a deletion the messenger took wipes the message, and repeating it asks nobody', async () => {
  house.scripted.answer = ({ id }) => ({ kind: 'sent', externalId: `${id}/1`, externalIds: [`${id}/1`, `${id}/2`] });
  const { chat, id } = await aSentMessage();
  await messages.delete(chat.agent, id);
  await messages.delete(chat.agent, id);
  expect(house.scripted.requests.map(({ externalId }) => externalId)).toEqual([`${id}/1`, `${id}/2`]);
  expect(await stored(id)).toMatchObject({ text: null, deleted: true });
  expect(await eventsOf(chat.id)).toContain('message.deleted');
  await expect(messages.edit(chat.agent, id, 'Back')).rejects.toMatchObject({ code: 'message_deleted' });
});

it('reacts to what the contact wrote, and takes it back', async () => {
  const chat = await house.aChat();
  const [inbound] = await house.database.rows<{ id: string }>('SELECT id FROM messages WHERE chat_id = $1', [chat.id]);
  const reactions = async () => (await stored(inbound!.id)).content?.reactions?.flatMap(({ emojis }) => emojis);
  await messages.react(chat.agent, inbound!.id, '👍');
  expect(await reactions()).toEqual(['👍']);
  await messages.react(chat.agent, inbound!.id, undefined);
  expect(await reactions()).toEqual([]);
  expect(await eventsOf(chat.id)).toEqual(['message.reacted', 'message.reacted']);
  await expect(messages.delete(chat.agent, inbound!.id)).rejects.toMatchObject({ code: 'not_ours' });
});

it.each<[string, () => RequestVerdict | Promise<RequestVerdict>, object]>([
  ['refuses', () => refused('permanent'), { statusCode: 409, code: 'messenger_refused', detail: 'Too old.' }],
  ['is busy', () => refused('retryAfter'), { statusCode: 429, code: 'messenger_busy' }],
  ['does not answer', () => ({ kind: 'unknown', sentence: 'Nobody knows.' }), { statusCode: 502, code: 'no_answer' }],
  ['is not reached', () => Promise.reject(NOT_REACHED), { statusCode: 502, code: 'messenger_unreachable' }],
  ['breaks its worker', () => Promise.reject(new Error('a surprise')), { statusCode: 502, code: 'no_answer' }],
])('changes nothing when the messenger %s', async (_, verdict, problem) => {
  const { chat, id } = await aSentMessage();
  house.scripted.request = verdict;
  await expect(messages.edit(chat.agent, id, 'Other')).rejects.toMatchObject(problem);
  expect(await stored(id)).toMatchObject({ text: 'Good day', edited: false });
});

const refused = (kind: 'permanent' | 'retryAfter'): RequestVerdict => ({
  kind: 'rejected',
  class: kind,
  code: '400',
  sentence: 'Too old.',
});

it('is refused before anybody is asked: without the power, by the rules, for a message that was not sent', async () => {
  const { chat, id } = await aSentMessage();
  const { powers } = house.scripted;
  house.scripted.powers = ['text'];
  await expect(messages.edit(chat.agent, id, 'Other')).rejects.toMatchObject({
    statusCode: 422,
    code: 'not_supported',
  });
  house.scripted.powers = powers;
  house.scripted.allowed = false;
  await expect(messages.delete(chat.agent, id)).rejects.toMatchObject({ statusCode: 409, code: 'send_not_allowed' });
  house.scripted.allowed = true;
  house.scripted.answer = () => ({ kind: 'rejected', class: 'permanent', code: '400', sentence: 'No.' });
  const failed = await house.send(chat, 'Failed');
  await eventually(async () => (await house.statusOf(failed)) === 'failed');
  await expect(messages.edit(chat.agent, failed, 'Other')).rejects.toMatchObject({ statusCode: 409, code: 'not_sent' });
  await expect(messages.edit(chat.agent, id, '   ')).rejects.toMatchObject({ statusCode: 422 });
  await expect(messages.edit(await house.anAgent(), id, 'Mine')).rejects.toMatchObject({ statusCode: 404 });
  expect(house.scripted.requests).toEqual([]);
});
