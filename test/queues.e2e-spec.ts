import { openHouse, type House } from './support/house.js';
import { chatWith } from './support/views.js';

/** A queue through the public API. Real: the built server, PostgreSQL, sockets. Simulated: the messenger. */
let house: House;

beforeAll(async () => {
  house = await openHouse({ agents: 1 });
}, 120_000);
afterAll(() => house?.close());

interface QueueView {
  readonly id: string;
  readonly [setting: string]: unknown;
}

interface Refusal {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string }[];
}

const SETTINGS = {
  routingRule: 'everyone',
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
  closingText: 'Good-bye',
};

it('is made, read, changed and deleted', async () => {
  const { admin, agents } = house.team;
  const made = await admin.created<QueueView>('/v1/queues', { name: 'Second line', ...SETTINGS });
  expect(made).toMatchObject({ name: 'Second line', ...SETTINGS });
  expect(await agents[0]!.api.read(`/v1/queues/${made.id}`)).toEqual(made);
  const changed = await admin.changed<QueueView>(`/v1/queues/${made.id}`, {
    reopenMinutes: null,
    offerSeconds: 5,
    closingText: null,
  });
  expect(changed).toMatchObject({ ...SETTINGS, reopenMinutes: null, offerSeconds: 5, closingText: null });
  expect(await agents[0]!.api.call('PATCH', `/v1/queues/${made.id}`, { name: 'Mine' })).toMatchObject({ status: 403 });
  expect(await admin.call('DELETE', `/v1/queues/${made.id}`)).toMatchObject({ status: 204 });
  expect(await admin.get(`/v1/queues/${made.id}`)).toMatchObject({ status: 404 });
});

it.each([
  ['routingRule', 'whoever'],
  ['routingRule', null],
  ['agentLimit', 0],
  ['offerSeconds', 4],
  ['offerSeconds', 1.5],
  ['offerSeconds', null],
  ['silentAgent', 'fire'],
  ['waitingOrder', 'random'],
  ['prefersPreviousAgent', 'yes'],
  ['closeAfterMinutes', 0],
  ['closeAfterMinutes', 50_000],
  ['closeCountsFrom', 'opening'],
  ['closeWaitingAfterMinutes', '30'],
  ['reopenMinutes', -1],
  ['greetingText', 'x'.repeat(2001)],
  ['greetingText', '  '],
  ['greetingText', 'Hello {{contact.phone}}'],
  ['greetingText', 'I am {{agent.name}}'],
  ['closingText', 'Write to {{channel.mail}}'],
  ['closingText', 'a \u0000 b'],
  ['closingText', { text: 'Bye' }],
])('refuses %s = %j and says which it was', async (name, value) => {
  const { admin } = house.team;
  const refused = await admin.post<Refusal>('/v1/queues', { name: `Odd ${name}`, [name]: value });
  expect(refused.status).toBe(422);
  expect(refused.body.errors?.map(({ pointer }) => pointer)).toEqual([`#/${name}`]);
});

it('is not deleted while it has chats or channels, and the answer says which', async () => {
  const { admin, agents, accounts, queueId } = house.team;
  house.simulator.customerWrites({ messenger: 'telegram', account: accounts.telegram, person: 'Kim', text: 'Anyone?' });
  const { id } = await chatWith(agents[0]!.api, 'waiting', 'Anyone?');
  const refused = await admin.call<Refusal>('DELETE', `/v1/queues/${queueId}`);
  expect(refused).toMatchObject({ status: 409, body: { code: 'queue_has_chats' } });
  expect(refused.body.detail).toContain('open chats');
  await admin.created(`/v1/chats/${id}/close`);
  expect(await admin.call('DELETE', `/v1/queues/${queueId}`)).toMatchObject({
    status: 409,
    body: { code: 'queue_has_channels' },
  });
});
