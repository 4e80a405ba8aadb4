import { newId, ReceivingDatabase } from '#database';
import type { Caller } from '#identity';
import { ActionRepository } from '../action/action.repository.js';
import { Actions } from '../action/actions.js';
import { ChatViews } from '../chat/chat-views.js';
import { CloseChat } from '../chat/close-chat.js';
import { ChatIntake } from '../intake/chat-intake.js';
import { batchOf } from '../testing/arrivals.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { QueueAgents } from './queue-agents.js';
import { Queues } from './queues.js';

const admin: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'Setup' };

let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse();
});
afterAll(() => house.close());

const create = (name: string, key?: string) => house.get(Queues).create(admin, key, { name });

it('creates a queue with the usual rule and limit, once for an idempotency key', async () => {
  const key = newId();
  const first = await create('Support', key);
  expect(first).toMatchObject({
    status: 201,
    body: {
      name: 'Support',
      routingRule: 'everyone',
      agentLimit: 5,
      offerSeconds: 300,
      silentAgent: 'keep',
      waitingOrder: 'oldest',
      prefersPreviousAgent: false,
      closeAfterMinutes: null,
      closeCountsFrom: 'last_message',
      closeWaitingAfterMinutes: null,
      reopenMinutes: null,
      greetingText: null,
      closingText: null,
    },
  });
  expect(await create('Support', key)).toMatchObject({ replayed: true, body: { id: first.body.id } });
});

it('refuses a name that is taken, whatever its case', async () => {
  const { body } = await create('Sales');
  await expect(create('sALES')).rejects.toMatchObject({ statusCode: 409, code: 'queue_name_taken' });
  const other = await house.aQueue();
  await expect(house.get(Queues).update(other, { name: 'SALES' })).rejects.toMatchObject({ code: 'queue_name_taken' });
  expect(await house.get(Queues).update(body.id, { agentLimit: 9 })).toMatchObject({ name: 'Sales', agentLimit: 9 });
});

it('keeps every setting, and changes only what is given', async () => {
  const settings = {
    agentLimit: 3,
    offerSeconds: 60,
    silentAgent: 'set_inactive',
    waitingOrder: 'newest',
    prefersPreviousAgent: true,
    closeAfterMinutes: 30,
    closeCountsFrom: 'last_outbound',
    closeWaitingAfterMinutes: 600,
    reopenMinutes: 10,
    greetingText: 'Hello {{contact.name|there}}',
    closingText: 'Good-bye from {{agent.name}}',
  } as const;
  const { body } = await house.get(Queues).create(admin, undefined, { name: 'All of it', ...settings });
  expect(body).toMatchObject(settings);
  const changed = await house.get(Queues).update(body.id, { closeAfterMinutes: null, offerSeconds: 90 });
  expect(changed).toMatchObject({ ...settings, closeAfterMinutes: null, offerSeconds: 90 });
  expect(await house.get(Queues).get(body.id)).toEqual(changed);
});

it('lists the queues in the order they were made', async () => {
  const made = [await house.aQueue(), await house.aQueue(), await house.aQueue()];
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const { data, page } = await house.get(Queues).list(cursor, 2);
    found.push(...data.map(({ id }) => id));
    cursor = page.next ?? undefined;
  } while (cursor);
  expect(found.filter((id) => made.includes(id))).toEqual(made);
});

it('cannot be deleted while chats are open or a channel uses it', async () => {
  const supervisor = await house.anAgent({ role: 'supervisor' });
  const queue = await house.aQueue();
  const chat = await house.aChat(queue);
  await expect(house.get(Queues).delete(queue)).rejects.toMatchObject({ code: 'queue_has_chats' });
  await house.get(CloseChat).closeActiveChat(supervisor, chat);
  await expect(house.get(Queues).delete(queue)).rejects.toMatchObject({ code: 'queue_has_channels' });
  await house.database.rows('UPDATE channels SET queue_id = $2 WHERE queue_id = $1', [queue, await house.aQueue()]);
  await house.get(Queues).delete(queue);
  await expect(house.get(Queues).get(queue)).rejects.toMatchObject({ statusCode: 404 });
  await expect(house.get(Queues).delete(queue)).rejects.toMatchObject({ statusCode: 404 });
  expect(await house.get(ChatViews).get(supervisor, chat)).toMatchObject({ status: 'closed', queue: { id: queue } });
});

it('gives its name free when deleted, and takes neither channels nor agents any more', async () => {
  const { body } = await create('Night shift');
  await house.get(Queues).delete(body.id);
  await create('Night shift');
  const agent = await house.anAgent();
  await expect(house.get(QueueAgents).add(body.id, agent.id)).rejects.toMatchObject({ statusCode: 404 });
  await expect(house.aChannel(body.id)).rejects.toMatchObject({ code: '23503' });
});

it('never loses a channel to a queue deleted at the same moment', async () => {
  for (let round = 0; round < 10; round++) {
    const queue = await house.aQueue();
    const [deleted, channel] = await Promise.allSettled([house.get(Queues).delete(queue), house.aChannel(queue)]);
    expect([deleted.status, channel.status].sort()).toEqual(['fulfilled', 'rejected']);
  }
});

it('is not deleted from under a chat that is just being opened, also when its channel moves on', async () => {
  const [queue, other] = [await house.aQueue(), await house.aQueue()];
  const place = { channelId: await house.aChannel(queue), identityId: await house.aContact(), queueId: queue };
  const arrival = { ...place, externalId: newId(), sentAt: new Date(), content: { text: 'Hello' } };
  let deletion: Promise<unknown> | undefined;
  await house.get(ReceivingDatabase).transaction(async (tx) => {
    const intake = house.get(ChatIntake);
    const at = new Date();
    await intake.takeIntoNew(tx, batchOf([arrival], at), [arrival.identityId], at);
    await tx.query('UPDATE channels SET queue_id = $2 WHERE id = $1', [place.channelId, other]);
    deletion = house
      .get(Queues)
      .delete(queue)
      .catch((error: unknown) => error);
    await house.somebodyWaits();
  });
  expect(await deletion).toMatchObject({ code: 'queue_has_chats' });
});

it('takes agents in and lets them go, repeatedly', async () => {
  const queue = await house.aQueue();
  const [anna, ben] = [await house.anAgent(), await house.anAgent({ active: false })];
  const agents = house.get(QueueAgents);
  for (const agent of [anna, ben, anna]) await agents.add(queue, agent.id);
  const names = async () => (await agents.list(queue, undefined, 50)).data.map(({ name }) => name);
  expect(await names()).toEqual([anna.name, ben.name]);
  await agents.remove(queue, anna.id);
  await agents.remove(queue, anna.id);
  expect(await names()).toEqual([ben.name]);
  await expect(agents.add(queue, newId())).rejects.toMatchObject({ statusCode: 404 });
  await expect(agents.list(newId(), undefined, 50)).rejects.toMatchObject({ statusCode: 404 });
});

it('a queue that is deleted while one of its actions is changed is not brought back into it', async () => {
  const queue = await house.aQueue();
  const actions = house.get(Actions);
  const wish = { caption: 'Refund', url: 'https://crm.example.com/refund', queueIds: [queue] };
  const { id } = await actions.create(admin, undefined, wish);
  const repository = house.get(ActionRepository);
  const lock = repository.lock.bind(repository);
  const locking = jest.spyOn(repository, 'lock').mockImplementationOnce(async (tx, actionId) => {
    const action = await lock(tx, actionId);
    await house.get(Queues).delete(queue);
    return action;
  });
  const changed = await actions.update(id, { caption: 'Refund now' });
  locking.mockRestore();
  expect(changed).toMatchObject({ caption: 'Refund now', queueIds: [] });
  expect((await actions.list(undefined, 100)).data.find((one) => one.id === id)).toMatchObject({ queueIds: [] });
});
