import { anOpenChat, aCustomer, openDesk } from './support/desk.js';
import type { House } from './support/house.js';

/** Real: the built server, PostgreSQL, sockets. Simulated: the messenger. */
let house: House;
beforeAll(async () => {
  house = await openDesk();
}, 120_000);
afterAll(() => house?.close());

interface Draft {
  readonly text: string;
  readonly version: string | null;
}

it('a draft goes with the answer made of it, and stays when it was changed meanwhile', async () => {
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  const path = `/v1/chats/${chat.chatId}/draft`;
  const save = async (text: string) => (await chat.api.put<Draft>(path, { text })).body;
  const { version } = await save('Good d');
  expect(await chat.view()).toMatchObject({ draft: { text: 'Good d', version } });
  expect(await chat.send('Good day', { draftVersion: version })).toMatchObject({ status: 201 });
  expect(await chat.api.read(path)).toEqual({ text: '', version: null, updatedAt: null });
  const old = await save('First thought');
  await save('Second thought');
  expect(await chat.send('First thought', { draftVersion: old.version })).toMatchObject({ status: 201 });
  expect(await chat.api.read(path)).toMatchObject({ text: 'Second thought' });
  expect(await chat.send('x', { draftVersion: 'no' })).toMatchObject({ status: 422 });
}, 120_000);

it('who looks at a chat is seen by those who may', async () => {
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  const path = `/v1/chats/${chat.chatId}/presence`;
  const shown = await chat.api.put(path, { typing: true });
  expect(shown).toMatchObject({ status: 200, body: { data: [{ name: 'Agent 0' }] } });
  expect(await house.team.admin.read(path)).toMatchObject({ data: [{ name: 'Agent 0' }] });
  expect(await chat.api.call('DELETE', path)).toMatchObject({ status: 204 });
  expect(await house.team.admin.read(path)).toMatchObject({ data: [] });
}, 120_000);
