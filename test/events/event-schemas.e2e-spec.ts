import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aPicture } from '../../apps/simulator/src/testing/samples.js';
import { aCustomer, anOpenChat, type OpenChat, openDesk } from '../support/desk.js';
import { eventually } from '../support/eventually.js';
import type { House } from '../support/house.js';
import { EventSchemas } from '../support/schemas.js';
import type { TeamMessenger } from '../support/team.js';

/** Real: the built server, PostgreSQL, sockets, a system behind an action. Simulated: the messengers. */
let house: House;
let crm: Server;
let crmUrl: string;
let schemas: EventSchemas;

interface Named {
  readonly id: string;
}
interface EventView {
  readonly type: string;
}
interface Events {
  readonly data: readonly EventView[];
  readonly cursor: string;
  readonly more: boolean;
}

beforeAll(async () => {
  crm = createServer((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  await once(crm.listen(0, '127.0.0.1'), 'listening');
  crmUrl = `http://127.0.0.1:${(crm.address() as AddressInfo).port}`;
  house = await openDesk({ agents: 2, env: { PARLEY_HTTP_ALLOWED_ORIGINS: crmUrl } });
  schemas = new EventSchemas(await house.team.admin.read('/openapi.json'));
}, 120_000);
afterAll(async () => {
  await house?.close();
  crm?.closeAllConnections();
  crm?.close();
});

async function eventsSoFar(): Promise<EventView[]> {
  const events: EventView[] = [];
  for (let after = ''; ;) {
    const page = await house.team.admin.read<Events>(`/v1/events?limit=100${after}`);
    events.push(...page.data);
    if (!page.more) return events;
    after = `&after=${page.cursor}`;
  }
}

/** Everything that can happen in a chat, and to who writes there. */
async function aConversation(messenger: TeamMessenger): Promise<OpenChat> {
  const { admin, agents } = house.team;
  const chat = await anOpenChat(house, aCustomer(house, messenger));
  const path = `/v1/chats/${chat.chatId}`;
  await chat.sent('Good morning');
  house.simulator.customerReacts({ ...chat.who, emojis: ['👍'] });
  house.simulator.customerEdits({ ...chat.who, text: 'Hello again' });
  house.simulator.customerSendsFile({ ...chat.who, ...aPicture });
  await chat.api.created(`${path}/read`, {});
  const note = await chat.api.created<Named>(`${path}/notes`, { text: 'A regular' });
  await chat.api.call('DELETE', `${path}/notes/${note.id}`);
  const tag = await admin.created<Named>('/v1/tags', { name: `VIP ${messenger}`, color: '#d9480f' });
  await chat.api.put(`${path}/tags/${tag.id}`);
  const wish = { caption: 'Open an order', url: crmUrl, queueIds: [house.team.queueId] };
  const action = await admin.created<Named>('/v1/actions', wish);
  await chat.api.created(`${path}/actions/${action.id}/run`, undefined, { 'idempotency-key': `order-${messenger}` });
  await admin.changed(`/v1/contacts/${(await chat.view()).contact.id}`, { name: `Ngozi ${messenger}` });
  await chat.api.created(`${path}/transfer`, { agentId: agents[1]!.id, comment: 'Asks about lamps' });
  await admin.created(`${path}/take-over`);
  await admin.created(`${path}/release`);
  return chat;
}

async function theLifeOfAChannel(): Promise<void> {
  const { admin, queueId } = house.team;
  const bot = house.simulator.createBot({ token: '7193405827:AAForSamplesOnlyNeverIssued88888888', name: 'Second' });
  const wish = { messenger: 'telegram', queueId, credentials: { botToken: bot.token } };
  const { id } = await admin.created<Named>('/v1/channels', wish);
  await admin.changed(`/v1/channels/${id}`, { language: 'uk' });
  for (const active of [false, true]) await admin.changed(`/v1/channels/${id}`, { active });
  await admin.created(`/v1/channels/${id}/check`);
  await admin.call('DELETE', `/v1/channels/${id}`);
}

async function theLifeOfAQueue(): Promise<void> {
  const { admin, agents } = house.team;
  const { id } = await admin.created<Named>('/v1/queues', { name: 'For a day' });
  await admin.put(`/v1/queues/${id}/agents/${agents[0]!.id}`);
  await admin.changed(`/v1/queues/${id}`, { routingRule: 'least_busy' });
  await admin.call('DELETE', `/v1/queues/${id}`);
}

it('every event of a whole journey is what the document says of its type', async () => {
  const { admin } = house.team;
  await admin.put('/v1/me/state', { state: 'active' });
  const [one, other] = [await aConversation('telegram'), await aConversation('facebook')];
  await theLifeOfAChannel();
  await theLifeOfAQueue();
  const [into, from] = [(await one.view()).contact.id, (await other.view()).contact.id];
  await admin.created(`/v1/contacts/${into}/merge`, { from });
  for (const { chatId } of [one, other]) await admin.created(`/v1/chats/${chatId}/close`);
  await admin.created(`/v1/contacts/${into}/erase`);

  const wanted = [
    ...['chat.opened', 'chat.accepted', 'chat.read', 'chat.tagged', 'chat.transferred', 'chat.taken_over'],
    ...['chat.released', 'chat.closed', 'message.received', 'message.queued', 'message.status_changed'],
    ...['message.edited', 'message.deleted', 'message.reacted', 'message.noted', 'attachment.changed'],
    ...['action.finished', 'agent.state_changed', 'channel.registered', 'channel.changed', 'channel.activated'],
    ...['channel.deactivated', 'channel.deleted', 'contact.changed', 'contact.merged', 'contact.erased'],
    ...['queue.changed', 'queue.agent_joined', 'queue.agent_left'],
  ];
  const missing = async () => {
    const told = new Set((await eventsSoFar()).map(({ type }) => type));
    return wanted.filter((type) => !told.has(type));
  };
  const all = async () => {
    const lacking = await missing();
    if (lacking.length > 0) throw new Error(`Not told yet: ${lacking.join(', ')}`);
    return true;
  };
  await eventually(all, 60_000, 'an event of each type');
  const faults = (await eventsSoFar()).flatMap((event) => schemas.faultsOf(event.type, event));
  expect([...new Set(faults)]).toEqual([]);
}, 180_000);

it('every example in the document is valid', () => {
  expect(schemas.types.length).toBeGreaterThan(30);
  expect(schemas.types.flatMap((type) => schemas.faultsOf(type, schemas.exampleOf(type)))).toEqual([]);
});

it('a webhook endpoint can ask for the types that exist, and for no others', async () => {
  const ask = (types: string[]) =>
    house.team.admin.post<object>('/v1/webhook-endpoints', { url: 'https://crm.example.com/parley', types });
  const inLog = schemas.types.filter((type) => type !== 'webhook.test');
  const made = await ask(inLog);
  expect(made).toMatchObject({ status: 201, body: { types: inLog } });
  for (const type of ['chat.opend', 'chat.typing', 'webhook.test']) {
    expect(await ask(['chat.opened', type])).toMatchObject({ status: 422, body: { code: 'invalid' } });
  }
  const path = `/v1/webhook-endpoints/${(made.body as Named).id}`;
  expect(await house.team.admin.call('PATCH', path, { types: ['chat.opend'] })).toMatchObject({ status: 422 });
});
