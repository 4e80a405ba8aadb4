import { newId, openTestDatabase } from '#database';
import type { EventReader } from '#events';
import { DeliveryRepository } from './delivery.repository.js';
import { DispatchRepository } from './dispatch.repository.js';
import { Dispatcher } from './dispatcher.js';
import { EndpointRepository } from './endpoint.repository.js';

/** Real: PostgreSQL. Scripted: the log, and what happens while it is read. */
let house: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => (house = await openTestDatabase()));
afterAll(() => house.close());

async function subscribe(): Promise<string> {
  const id = newId();
  const endpoint = { id, url: 'https://example.com', description: '', types: [], secret: 'sealed' };
  await house.database.transaction((tx) => new EndpointRepository(house.database).insert(tx, endpoint));
  return id;
}

function dispatcher(read: () => Promise<void>): Dispatcher {
  const { database } = house;
  const [position, before] = [
    { txid: 2n ** 40n, id: 2n ** 40n },
    { txid: 0n, id: 0n },
  ];
  const page = async () => {
    await read();
    const data = { userId: newId(), state: 'active', available: true };
    const event = {
      position,
      type: 'agent.state_changed',
      at: new Date(),
      chatId: null,
      seq: null,
      audience: {},
      data,
    };
    return {
      events: [event],
      end: position,
      last: position,
      head: position,
      held: false,
      epoch: newId(),
      horizon: before,
    };
  };
  const deliveries = new DeliveryRepository(database);
  const endpoints = new EndpointRepository(database);
  const log = { page } as unknown as EventReader;
  return new Dispatcher(database, log, new DispatchRepository(database), endpoints, deliveries);
}

it('an endpoint that is created while the log is read gets what happens from then on', async () => {
  const first = await subscribe();
  let second: string | undefined;
  await dispatcher(async () => void (second ??= await subscribe())).dispatch();
  const found = await house.database.rows<{ id: string }>('SELECT endpoint_id AS id FROM webhook_deliveries');
  expect(found.map(({ id }) => id).sort()).toEqual([first, second].sort());
});

it('what was read before deliveries were erased is read again', async () => {
  const endpoint = await subscribe();
  const { database } = house;
  const made = () => database.rows('SELECT FROM webhook_deliveries WHERE endpoint_id = $1', [endpoint]);
  const erased = () => database.rows('UPDATE webhook_cursor SET txid = txid');
  await dispatcher(async () => void (await erased())).dispatch();
  expect(await made()).toEqual([]);
  await dispatcher(() => Promise.resolve()).dispatch();
  expect(await made()).toHaveLength(1);
});
