import { anOpenChat, aCustomer, openDesk } from './support/desk.js';
import type { House } from './support/house.js';
import { messagesOf } from './support/views.js';

/** Real: the built server, PostgreSQL, sockets. Simulated: the messenger, whose ledger tells what reached it. */
let house: House;
beforeAll(async () => {
  house = await openDesk();
}, 120_000);
afterAll(() => house?.close());

interface Named {
  readonly id: string;
  readonly name: string;
}

it('a note is read by colleagues and never reaches the messenger', async () => {
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  const notes = `/v1/chats/${chat.chatId}/notes`;
  const { id } = await chat.api.created<{ id: string }>(notes, { text: 'Secret of the house' });
  await chat.sent('At your service');
  const shown = (await messagesOf(chat.api, chat.chatId)).find((message) => message.id === id);
  expect(shown).toMatchObject({ note: true, text: 'Secret of the house', author: { kind: 'agent' } });
  expect((await chat.view()).unreadCount).toBe(1);
  for (const [method, path, body] of [
    ['PATCH', `/v1/messages/${id}`, { text: 'x' }],
    ['DELETE', `/v1/messages/${id}`, undefined],
    ['POST', `/v1/messages/${id}/retry`, undefined],
    ['POST', `/v1/chats/${chat.chatId}/messages`, { text: 'x', replyTo: id }],
  ] as const) {
    const { status } = await chat.api.call(method, path, body);
    expect([method, path, status >= 400 && status < 500]).toEqual([method, path, true]);
  }
  expect(await chat.api.call('PATCH', `${notes}/${id}`, { text: 'Changed' })).toMatchObject({ status: 200 });
  expect(await chat.api.call('DELETE', `${notes}/${id}`)).toMatchObject({ status: 204 });
  expect(await chat.api.post(notes, { text: '  ' })).toMatchObject({ status: 422 });
  expect(JSON.stringify(house.simulator.ledger.calls)).not.toMatch(/Secret of the house|Changed/);
}, 120_000);

it('an admin makes tags, an agent puts them on a chat', async () => {
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  const wish = { name: 'Complaint', color: '#d9480f' };
  const tag = await house.team.admin.created<Named>('/v1/tags', wish);
  expect(await chat.api.post('/v1/tags', { ...wish, name: 'Mine' })).toMatchObject({ status: 403 });
  const path = `/v1/chats/${chat.chatId}/tags`;
  for (let time = 0; time < 2; time++) {
    expect(await chat.api.put(`${path}/${tag.id}`)).toMatchObject({ status: 200, body: { data: [tag] } });
  }
  expect(await chat.api.read(path)).toMatchObject({ data: [{ name: 'Complaint', color: '#d9480f' }] });
  expect(await chat.api.call('DELETE', `${path}/${tag.id}`)).toMatchObject({ status: 200, body: { data: [] } });
  const audited = `/v1/audit?subjectId=${chat.chatId}&action=chat.tagged`;
  const actor = { kind: 'user', id: house.team.agents[0]!.id };
  expect((await house.team.admin.read<{ data: object[] }>(audited)).data).toMatchObject([
    { actor, before: { tags: [tag] }, after: { tags: [] } },
    { actor, before: { tags: [] }, after: { tags: [tag] } },
  ]);
}, 120_000);
