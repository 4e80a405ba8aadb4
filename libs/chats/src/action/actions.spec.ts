import { validate } from 'class-validator';
import { plainToInstance } from 'class-transformer';
import { newId } from '#database';
import type { Caller } from '#identity';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { CreateActionDto } from './action.dto.js';
import { Actions } from './actions.js';

const admin: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'Setup' };
const url = 'https://crm.example.com/hooks/open-order';

let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse({ poolSize: 1 });
});
afterAll(() => house.close());

const create = (caption: string, queueIds: string[]) =>
  house.get(Actions).create(admin, undefined, { caption, url, queueIds });

it('offers an action in the chats of its queues, without its address', async () => {
  const [queue, other] = [await house.aQueue(), await house.aQueue()];
  const agent = await house.anAgent({ queues: [queue, other] });
  const action = await create('Open an order', [queue]);
  const chat = await house.aChat(queue);
  const { data } = await house.get(Actions).getChatActions(agent, chat);
  expect(data).toEqual([{ id: action.id, caption: 'Open an order' }]);
  expect((await house.get(Actions).getChatActions(agent, await house.aChat(other))).data).toEqual([]);
  const stranger = await house.anAgent();
  await expect(house.get(Actions).getChatActions(stranger, chat)).rejects.toMatchObject({ statusCode: 404 });
});

it('moves to other queues and goes when deleted', async () => {
  const [queue, other] = [await house.aQueue(), await house.aQueue()];
  const action = await create('Refund', [queue]);
  const updated = await house.get(Actions).update(action.id, { caption: 'Refund now', queueIds: [other, other] });
  expect(updated).toMatchObject({ caption: 'Refund now', url, queueIds: [other] });
  expect(await house.get(Actions).update(action.id, {})).toMatchObject({ caption: 'Refund now', queueIds: [other] });
  const { data } = await house.get(Actions).list(undefined, 100);
  expect(data.find(({ id }) => id === action.id)).toMatchObject({ queueIds: [other] });
  await house.get(Actions).delete(action.id);
  await expect(house.get(Actions).delete(action.id)).rejects.toMatchObject({ statusCode: 404 });
  await expect(house.get(Actions).update(action.id, {})).rejects.toMatchObject({ statusCode: 404 });
});

it('refuses unknown queues and says which', async () => {
  const queue = await house.aQueue();
  await expect(create('Refund', [queue, newId()])).rejects.toMatchObject({
    statusCode: 422,
    code: 'unknown_queue',
    pointers: [{ pointer: '#/queueIds/1' }],
  });
});

it.each([
  ['https://crm.example.com/x?y=1', true],
  ['http://127.0.0.1:8080/hook', true],
  ['http://localhost:3000/hook', true],
  ['ftp://crm.example.com/x', false],
  ['javascript:alert(1)', false],
  ['//crm.example.com', false],
  ['https://user:secret@crm.example.com', false],
  [['https://crm.example.com'], false],
  [{ href: url }, false],
])('takes %j as an address: %s', async (address, fine) => {
  const dto = plainToInstance(CreateActionDto, { caption: 'Refund', url: address, queueIds: [] });
  expect((await validate(dto)).length === 0).toBe(fine);
});

it.each([['a\0b'], ['\ud800'], ['   '], ['x'.repeat(101)], ['two\nlines'], [7], [null]])(
  'refuses %j as a caption',
  async (caption) => {
    const dto = plainToInstance(CreateActionDto, { caption, url, queueIds: [] });
    expect((await validate(dto)).map(({ property }) => property)).toEqual(['caption']);
  },
);
