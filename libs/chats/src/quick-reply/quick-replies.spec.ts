import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { newId } from '#database';
import type { Caller } from '#identity';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { Queues } from '../queue/queues.js';
import { ChatQuickReplies } from './chat-quick-replies.js';
import { fillIn } from './fill-in.js';
import { textFor } from './language.js';
import { QuickReplies } from './quick-replies.js';
import { CreateQuickReplyDto, QuickReplyQuery } from './quick-reply.dto.js';

/** Real: PostgreSQL. */
let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse();
});
afterAll(() => house.close());

const admin: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'Setup' };
const page = (more: object = {}) => Object.assign(new QuickReplyQuery(), { limit: 50, ...more });

let shortcuts = 0;
const fresh = (word: string) => `${word}${++shortcuts}`;

async function keep(caller: Caller, wish: Partial<CreateQuickReplyDto> = {}) {
  const whole = { shared: true, shortcut: fresh('word'), texts: [{ language: 'en', text: 'Hello' }], ...wish };
  return (await house.get(QuickReplies).create(caller, undefined, whole)).body;
}

async function aDesk() {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const chat = await house.aChat(queue);
  const find = async (prefix: string, by = agent) =>
    (await house.get(ChatQuickReplies).find(by, chat, page({ prefix }))).data;
  return { queue, agent, chat, find };
}

it('are found by the beginning of their shortcut: everybody’s and one’s own, of the chat’s queue or of none', async () => {
  const { queue, agent, find } = await aDesk();
  const word = fresh('greet');
  const texts = [{ language: 'en', text: 'Hello' }];
  const make = (by: Caller, end: string, more: object) => keep(by, { shortcut: word + end, texts, ...more });
  await make(admin, '-a', {});
  await make(agent, '-b', { shared: false });
  await make(await house.anAgent(), '-c', { shared: false });
  await make(admin, '-d', { queueIds: [queue] });
  await make(admin, '-e', { queueIds: [await house.aQueue()] });
  expect((await find(word)).map(({ shortcut }) => shortcut.slice(-1))).toEqual(['a', 'b', 'd']);
  expect(await find(`${word}-b`)).toMatchObject([{ shared: false }]);
  expect(await find(word.slice(1))).toEqual([]);
  const list = async (by: Caller) =>
    (await house.get(QuickReplies).list(by, page({ prefix: word }))).data.map(({ shortcut }) => shortcut.slice(-1));
  expect([await list(agent), await list(admin)]).toEqual([
    ['a', 'b', 'd'],
    ['a', 'd', 'e'],
  ]);
  const first = await house.get(QuickReplies).list(agent, page({ prefix: word, limit: 2 }));
  const second = await house.get(QuickReplies).list(agent, page({ prefix: word, limit: 2, cursor: first.page.next! }));
  expect([...first.data, ...second.data].map(({ shortcut }) => shortcut.slice(-1))).toEqual(['a', 'b', 'd']);
});

it('are said in the language of the chat’s channel, with names filled in', async () => {
  const { agent, chat, find } = await aDesk();
  const texts = [
    { language: 'en', text: 'Hello {{contact.name|there}}, {{ agent.name }} of {{queue.name}} here' },
    { language: 'de', text: 'Hallo {{contact.name}}' },
  ];
  const { shortcut } = await keep(admin, { texts });
  expect((await find(shortcut))[0]).toMatchObject({
    language: 'en',
    text: expect.stringMatching(`Hello Maria, ${agent.name} of Queue \\d+ here`) as string,
  });
  const inChannel = `WHERE id = (SELECT channel_id FROM chats WHERE id = $1)`;
  await house.database.rows(`UPDATE channels SET language = 'de-AT' ${inChannel}`, [chat]);
  expect((await find(shortcut))[0]).toMatchObject({ language: 'de', text: 'Hallo Maria' });
});

it.each([
  ['{{contact.name}}', '{{agent.name}}', '{{agent.name}}'],
  ['{{contact.name}}', '$& $1 $$', '$& $1 $$'],
  ['Hi {{contact.name|there}}!', null, 'Hi there!'],
  ['Hi {{contact.name}}!', null, 'Hi !'],
  ['Hi {{contact.name| there }}!', '', 'Hi there!'],
  ['{{constructor}} {{{{contact.name}}}}', 'M', '{{constructor}} {{M}}'],
])('fill %j for the contact %j as %j', (text, name, said) => {
  const values = { 'contact.name': name, 'agent.name': 'Olena', 'queue.name': 'Shop', 'channel.name': 'Desk' };
  expect(fillIn(text, values)).toBe(said);
});

it.each([
  ['de-AT', 'de-AT'],
  ['de', 'de'],
  ['de-CH', 'de'],
  ['EN-us', 'en-GB'],
  ['uk', 'fr'],
])('speak to %s in %s', (wanted, spoken) => {
  const texts = ['fr', 'de', 'de-AT', 'en-GB'].map((language) => ({ language, text: '' }));
  expect(textFor(texts, wanted)?.language).toBe(spoken);
});

it('are everybody’s by supervisors only, and one’s own by nobody else', async () => {
  const replies = house.get(QuickReplies);
  const [agent, colleague] = [await house.anAgent(), await house.anAgent({ role: 'supervisor' })];
  const [shared, own] = [await keep(colleague), await keep(agent, { shared: false })];
  await expect(keep(agent, { shared: true })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(replies.update(agent, shared.id, { shortcut: 'x' })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(replies.delete(colleague, own.id)).rejects.toMatchObject({ statusCode: 404 });
  await expect(keep(admin, { shared: false })).rejects.toMatchObject({ code: 'needs_user' });
  await replies.delete(agent, own.id);
  await expect(replies.update(agent, own.id, {})).rejects.toMatchObject({ statusCode: 404 });
});

it('have a shortcut for themselves, name known variables and queues', async () => {
  const replies = house.get(QuickReplies);
  const [first, second, agent] = [await keep(admin), await keep(admin), await house.anAgent()];
  const { shortcut } = first;
  await expect(keep(admin, { shortcut })).rejects.toMatchObject({ code: 'shortcut_taken' });
  await expect(replies.update(admin, second.id, { shortcut })).rejects.toMatchObject({ code: 'shortcut_taken' });
  expect(await keep(agent, { shared: false, shortcut })).toMatchObject({ shortcut, shared: false });
  const texts = [{ language: 'en', text: '{{contact.phone}}' }];
  await expect(replies.update(admin, first.id, { texts })).rejects.toMatchObject({
    pointers: [{ pointer: '#/texts/0/text' }],
  });
  await expect(keep(admin, { queueIds: [newId()] })).rejects.toMatchObject({
    code: 'unknown_queue',
    pointers: [{ pointer: '#/queueIds/0' }],
  });
});

it('are changed as they were told, though one of their queues was deleted', async () => {
  const replies = house.get(QuickReplies);
  const [gone, queue, other] = [await house.aQueue(), await house.aQueue(), await house.aQueue()];
  const { id } = await keep(admin, { queueIds: [gone, queue] });
  await house.get(Queues).delete(gone);
  const { queueIds } = await replies.update(admin, id, {});
  expect((await replies.update(admin, id, { queueIds })).queueIds.toSorted()).toEqual([gone, queue].toSorted());
  expect((await replies.update(admin, id, { queueIds: [queue, other, queue] })).queueIds).toHaveLength(2);
  await expect(replies.update(admin, id, { queueIds: [gone] })).rejects.toMatchObject({
    pointers: [{ pointer: '#/queueIds/0' }],
  });
});

it.each([
  [{ shortcut: 'two words' }, ['shortcut']],
  [{ shortcut: '' }, ['shortcut']],
  [{ shortcut: { $ne: 1 } }, ['shortcut']],
  [{ shortcut: ' Grüße_1 ' }, []],
  [{ texts: [] }, ['texts']],
  [{ texts: [{ language: 'english!', text: 'x' }] }, ['texts']],
  [{ texts: [null] }, ['texts']],
  [{ shared: 'yes' }, ['shared']],
  [{ queueIds: null }, ['queueIds']],
])('take %j: wrong are %j', async (wish, wrong) => {
  const whole = { shared: true, shortcut: 'hello', texts: [{ language: 'en', text: 'Hello' }], ...wish };
  const errors = await validate(plainToInstance(CreateQuickReplyDto, whole));
  expect(errors.map(({ property }) => property)).toEqual(wrong);
});
