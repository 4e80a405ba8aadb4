import { PageQuery } from '#api-kit';
import { newId } from '#database';
import type { Caller } from '#identity';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { ChatList } from '../chat/chat-list.js';
import { type ChatFilter, ChatQuery } from '../chat/chat-query.dto.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { CreateTagDto } from './tag.dto.js';
import { Tagging } from './tagging.js';
import { Tags } from './tags.js';

/** Real: PostgreSQL. */
let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse();
});
afterAll(() => house.close());

const admin: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'Setup' };
const page = (more = {}) => Object.assign(new PageQuery(), { limit: 50, ...more });
const aTag = async (name: string) => (await house.get(Tags).create(admin, undefined, { name, color: '#d9480f' })).body;

const eventsOf = (chat: string) =>
  house.database.rows<{ data: { tags: { name: string }[] } }>(
    `SELECT data FROM events WHERE chat_id = $1 AND type = 'chat.tagged' ORDER BY id`,
    [chat],
  );

it('are listed by name, page by page, and have names of their own', async () => {
  for (const name of ['beta', 'Alpha', 'gamma']) await aTag(name);
  await expect(aTag('ALPHA')).rejects.toMatchObject({ code: 'name_taken' });
  const first = await house.get(Tags).list(page({ limit: 2 }));
  const second = await house.get(Tags).list(page({ limit: 2, cursor: first.page.next! }));
  expect([...first.data, ...second.data].map(({ name }) => name)).toEqual(['Alpha', 'beta', 'gamma']);
  const [alpha] = first.data;
  await expect(house.get(Tags).update(alpha!.id, { name: 'Beta' })).rejects.toMatchObject({ code: 'name_taken' });
  expect(await house.get(Tags).update(alpha!.id, { color: '#000000' })).toMatchObject({
    name: 'Alpha',
    color: '#000000',
  });
});

it('are put on chats and taken off, each change told once', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const chat = await house.aChat(queue);
  const [urgent, order] = [await aTag('Urgent'), await aTag('Order')];
  const tagging = house.get(Tagging);
  await tagging.putOn(agent, chat, urgent.id);
  await tagging.putOn(agent, chat, urgent.id);
  expect((await tagging.putOn(admin, chat, order.id)).data.map(({ name }) => name)).toEqual(['Order', 'Urgent']);
  await tagging.takeOff(agent, chat, urgent.id);
  await tagging.takeOff(agent, chat, urgent.id);
  expect((await tagging.list(agent, chat)).data).toEqual([order]);
  const told = (await eventsOf(chat)).map(({ data }) => data.tags.map(({ name }) => name));
  expect(told).toEqual([['Urgent'], ['Order', 'Urgent'], ['Order']]);
  await house.get(Tags).delete(order.id);
  expect((await tagging.list(agent, chat)).data).toEqual([]);
});

it('put on at once by many are all there, and the last event tells all', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const chat = await house.aChat(queue);
  const tags = await Promise.all(Array.from({ length: 8 }, (_, number) => aTag(`Many ${number}`)));
  await Promise.all(tags.map(({ id }) => house.get(Tagging).putOn(agent, chat, id)));
  expect((await house.get(Tagging).list(agent, chat)).data).toHaveLength(8);
  const told = (await eventsOf(chat)).map(({ data }) => data.tags.length);
  expect(told.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

it('are what lists can be asked by', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const [chat, tag] = [await house.aChat(queue), await aTag('Listed')];
  await house.aChat(queue);
  await house.get(Tagging).putOn(agent, chat, tag.id);
  const listed = async (caller: Caller, filter: ChatFilter) => {
    const query = Object.assign(new ChatQuery(), { limit: 50, filter, queueId: queue, tagId: tag.id });
    return (await house.get(ChatList).getChats(caller, query)).data.map(({ id }) => id);
  };
  expect([await listed(agent, 'waiting'), await listed(admin, 'all')]).toEqual([[chat], [chat]]);
  await house.get(Tagging).takeOff(agent, chat, tag.id);
  expect([await listed(agent, 'waiting'), await listed(admin, 'all')]).toEqual([[], []]);
});

it('of chats out of sight and tags that do not exist are not there', async () => {
  const queue = await house.aQueue();
  const [chat, tag, stranger] = [await house.aChat(queue), await aTag('Hidden'), await house.anAgent()];
  for (const work of [
    () => house.get(Tagging).list(stranger, chat),
    () => house.get(Tagging).putOn(stranger, chat, tag.id),
  ])
    await expect(work()).rejects.toMatchObject({ statusCode: 404, detail: 'There is no such chat.' });
  await expect(house.get(Tagging).putOn(admin, chat, newId())).rejects.toMatchObject({
    detail: 'There is no such tag.',
  });
  await expect(house.get(Tags).update(newId(), {})).rejects.toMatchObject({ statusCode: 404 });
});

it.each([['red'], ['#12345'], ['#1234567'], [7], [null], ['#00000g']])('refuse %j as a colour', async (color) => {
  const dto = plainToInstance(CreateTagDto, { name: 'Fine', color });
  expect((await validate(dto)).map(({ property }) => property)).toEqual(['color']);
});
