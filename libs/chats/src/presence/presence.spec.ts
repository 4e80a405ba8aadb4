import pg from 'pg';
import { eventually, newId } from '#database';
import type { Caller } from '#identity';
import { AcceptChat } from '../chat/accept-chat.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { Presence } from './presence.js';
import { PresenceRepository } from './presence.repository.js';

/** Real: PostgreSQL and its notifications. */
let house: ChatHouse;
let ear: pg.Client;
const heard: { type: string; chatId: string; audience: object; data: object }[] = [];

beforeAll(async () => {
  house = await openChatHouse();
  const { url } = house.database.dataSource.options as { url: string };
  ear = new pg.Client(url);
  await ear.connect();
  ear.on('notification', ({ payload }) => heard.push(JSON.parse(payload!) as (typeof heard)[number]));
  await ear.query('LISTEN parley_ephemeral');
});
afterAll(async () => {
  await ear?.end();
  await house?.close();
});

async function aDesk() {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const supervisor = await house.anAgent({ role: 'supervisor' });
  const chat = await house.aChat(queue);
  await house.get(AcceptChat).acceptChat(agent, chat);
  return { agent, supervisor, chat, presence: house.get(Presence) };
}

it('shows who has a chat before their eyes until their time is over', async () => {
  const { agent, supervisor, chat, presence } = await aDesk();
  await presence.show(agent, chat);
  const { data } = await presence.show(supervisor, chat);
  expect(data.map(({ userId }) => userId)).toEqual([agent.id, supervisor.id]);
  await house.get(PresenceRepository).show(chat, supervisor.id, -1);
  expect((await presence.list(agent, chat)).data).toMatchObject([{ userId: agent.id, name: agent.name }]);
  await presence.hide(agent, chat);
  expect((await presence.list(agent, chat)).data).toEqual([]);
  await house.get(PresenceRepository).forgetGone();
  expect(await house.database.rows('SELECT FROM chat_presence WHERE chat_id = $1', [chat])).toEqual([]);
});

it('tells colleagues at once, and leaves nothing in the log', async () => {
  const { agent, supervisor, chat, presence } = await aDesk();
  const count = () => house.database.row('SELECT count(*) FROM events');
  const before = await count();
  await presence.show(supervisor, chat, true);
  await eventually(() => heard.filter(({ chatId }) => chatId === chat).length >= 2);
  const audience = { agents: [agent.id], roles: ['supervisor', 'admin'] };
  const data = { userId: supervisor.id, name: supervisor.name };
  const told = heard.filter(({ chatId }) => chatId === chat);
  expect(told).toMatchObject([
    { type: 'chat.looking', audience, data },
    { type: 'chat.typing', audience, data },
  ]);
  expect(await count()).toEqual(before);
});

it('is for people who see the chat', async () => {
  const { chat, presence } = await aDesk();
  const stranger = await house.anAgent();
  for (const work of [() => presence.show(stranger, chat), () => presence.list(stranger, chat)])
    await expect(work()).rejects.toMatchObject({ statusCode: 404 });
  const key: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'CRM' };
  await expect(presence.show(key, chat)).rejects.toMatchObject({ code: 'needs_user' });
});
