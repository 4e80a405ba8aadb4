import { Logger } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Channels, Registration } from './index.js';
import { ChannelAdministration } from './channel-administration.js';
import { MessengerCatalogue } from './messenger-catalogue.js';
import { aQueue, openRegistrationHouse, type RegistrationHouse } from './testing/registration-house.js';

const CANARY = 'canary-7f3a9c';
let house: RegistrationHouse;
let queueId: string;
const shown: unknown[] = [];

beforeAll(async () => {
  house = await openRegistrationHouse();
  const note = (...words: unknown[]) => void shown.push(words);
  Logger.overrideLogger({ log: note, error: note, warn: note, debug: note, verbose: note, fatal: note });
  queueId = await aQueue(house.database);
});
afterAll(async () => {
  Logger.overrideLogger(false);
  await house.close();
});

function register(token: string, more: object = {}) {
  const order = { messenger: 'pigeon', queueId, credentials: { token }, ...more };
  const request = { caller: 'user:1', route: 'POST /v1/channels', key: `key-${shown.length}`, request: order };
  return house.get(Registration).register(order, request);
}

/** All that a failure could tell anybody: the problem document and the error itself. */
async function failure(work: Promise<unknown>): Promise<void> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Problem);
  shown.push(error, error instanceof Problem && [error.message, error.stack, error.getResponse(), error.pointers]);
}

it('shows credentials to nobody: not in views, failures, logs, events, stored answers or the table', async () => {
  house.network.accounts.set(CANARY, { source: 'account', name: 'Account' });
  const { body } = await register(CANARY);
  const administration = house.get(ChannelAdministration);
  shown.push(body, await administration.get(body.id), await administration.list({ limit: 100 }));
  shown.push(await administration.update(body.id, { active: false }), await house.get(MessengerCatalogue).list());
  await failure(register(`${CANARY}-wrong`));
  await failure(register(`${CANARY} blank`));
  await failure(register(CANARY, { credentials: { token: CANARY, [`${CANARY.length}`]: CANARY } }));
  for (const step of ['identify', 'connect'] as const) {
    house.network.unreachable = step;
    await failure(register(CANARY));
  }
  house.network.unreachable = undefined;
  for (const table of ['channels', 'events', 'idempotency_keys', 'settings']) {
    shown.push(await house.database.rows(`SELECT * FROM ${table}`));
  }
  const { credentials } = await house.get(Channels).account(body.id);
  expect(credentials.token).toBe(CANARY);
  const everything = JSON.stringify(shown, (_, value: unknown) => (value instanceof Error ? { ...value } : value));
  expect(everything).not.toContain(CANARY);
  expect(everything).not.toContain(credentials.webhookSecret);
  expect(everything).toContain('could not be asked');
});
