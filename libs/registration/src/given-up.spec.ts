import { newId } from '#database';
import { Registration } from './registration.js';
import { aQueue, openRegistrationHouse, type RegistrationHouse } from './testing/registration-house.js';

/** Real: the room on PostgreSQL. Not real: the network. */
let house: RegistrationHouse;
beforeAll(async () => {
  house = await openRegistrationHouse();
});
afterAll(() => house.close());

it('an account that is refused after its messenger agreed is disconnected there again', async () => {
  const queueId = await aQueue(house.database);
  const key = newId();
  const register = (source: string) => {
    house.network.accounts.set(source, { source, name: source });
    const order = { messenger: 'pigeon', queueId, credentials: { token: source } };
    return house
      .get(Registration)
      .register(order, { caller: 'user:1', route: 'POST /v1/channels', key, request: order });
  };
  house.network.whileConnecting = async () => {
    house.network.whileConnecting = undefined;
    await register('first');
  };
  await expect(register('second')).rejects.toMatchObject({ statusCode: 422, code: 'idempotency_key_reused' });
  expect([...house.network.subscriptions.keys()]).toEqual(['first']);
  expect(await house.database.rows('SELECT source FROM channels')).toEqual([{ source: 'first' }]);
});
