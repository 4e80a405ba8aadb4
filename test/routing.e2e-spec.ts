import { eventually } from './support/eventually.js';
import { openHouse, type House } from './support/house.js';
import { ServerProcess } from './support/server.js';
import type { Agent } from './support/team.js';
import { chatsOf, type ChatView } from './support/views.js';

/**
 * Waiting chats find their agents. Real: built servers, PostgreSQL, sockets. Simulated: the messenger. An offer's time is
 * over when the test moves its deadline in the database: nobody waits for minutes.
 */
let house: House<ServerProcess>;
const servers: ServerProcess[] = [];

beforeAll(async () => {
  house = await openHouse({ agents: 3, ownProcess: true });
}, 180_000);
afterAll(async () => {
  for (const server of servers) await server.dispose();
  await house?.close();
});

interface Offered extends ChatView {
  readonly offer: { readonly agentId: string; readonly until: string } | null;
}

interface Explained {
  readonly now: { readonly ahead: number; readonly offer: { readonly agent: { readonly name: string } } | null } | null;
  readonly decisions: readonly { readonly outcome: string; readonly sentence: string }[];
}

let people = 0;

function customerWrites(text: string, person = `Customer ${(people += 1)}`): void {
  house.simulator.customerWrites({ messenger: 'telegram', account: house.team.accounts.telegram, person, text });
}

const settings = (wish: object) => house.team.admin.changed(`/v1/queues/${house.team.queueId}`, wish);

/** The chat that says so, once it stands before one of these agents. */
async function offeredTo(text: string, ...among: readonly Agent[]): Promise<Offered> {
  const { admin } = house.team;
  const look = async () =>
    ((await chatsOf(admin, 'all')) as Offered[]).find(
      ({ lastMessage, offer }) => lastMessage?.preview === text && among.some(({ id }) => id === offer?.agentId),
    );
  return eventually(look, 20_000, `“${text}” offered to ${among.map(({ name }) => name).join(' or ')}`);
}

async function timeIsOver(chatId: string): Promise<void> {
  await house.database.database.rows(`UPDATE chats SET offered_until = now() - interval '1 second' WHERE id = $1`, [
    chatId,
  ]);
}

const waitingFor = async ({ api }: Agent) => (await chatsOf(api, 'waiting')).map(({ id }) => id);
const holderOf = (chat: Offered) => house.team.agents.find(({ id }) => id === chat.offer!.agentId)!;
const stateOf = ({ api }: Agent) => api.read<{ state: string }>('/v1/me/state');

async function everybodyIsFree(): Promise<void> {
  const { admin, agents } = house.team;
  for (const chat of await chatsOf(admin, 'all')) {
    if (chat.status !== 'closed') await admin.created(`/v1/chats/${chat.id}/close`);
  }
  for (const { api } of agents) await api.put('/v1/me/state', { state: 'active' });
}

beforeEach(async () => {
  await settings({ routingRule: 'least_busy', silentAgent: 'keep', prefersPreviousAgent: false, agentLimit: 5 });
  await everybodyIsFree();
});

it('offers each chat to one agent, the least busy, who alone sees it waiting and may accept it', async () => {
  const { agents } = house.team;
  const chats: Offered[] = [];
  for (const text of ['First', 'Second', 'Third']) {
    customerWrites(text);
    chats.push(await offeredTo(text, ...agents));
  }
  expect(new Set(chats.map(({ offer }) => offer!.agentId)).size).toBe(3);
  const [first] = chats as [Offered];
  const [mine, other] = [holderOf(first), agents.find(({ id }) => id !== first.offer!.agentId)!];
  expect(await waitingFor(mine)).toEqual([first.id]);
  expect(await waitingFor(other)).not.toContain(first.id);
  expect(await mine.api.read('/v1/me/unread-chats-count')).toEqual({ count: 1 });
  expect(await other.api.post(`/v1/chats/${first.id}/accept`)).toMatchObject({
    status: 409,
    body: { code: 'not_offered' },
  });
  expect(await mine.api.created(`/v1/chats/${first.id}/accept`)).toMatchObject({ status: 'in_progress', offer: null });
});

it('asks the next agent when the time is over or the offer is declined, and explains all of it', async () => {
  const { agents, admin } = house.team;
  customerWrites('Anybody?');
  const chat = await offeredTo('Anybody?', ...agents);
  const silent = holderOf(chat);
  await timeIsOver(chat.id);
  const others = agents.filter(({ id }) => id !== silent.id);
  const decliner = holderOf(await offeredTo('Anybody?', ...others));
  expect(await decliner.api.post(`/v1/chats/${chat.id}/decline`)).toMatchObject({ status: 200 });
  const last = others.find(({ id }) => id !== decliner.id)!;
  await offeredTo('Anybody?', last);
  const told = await admin.read<Explained>(`/v1/chats/${chat.id}/routing`);
  expect(told.now).toMatchObject({ ahead: 0, offer: { agent: { name: last.name } } });
  expect(told.decisions.map(({ sentence }) => sentence)).toEqual([
    `${last.name} is asked: holds 0 chats.`,
    `${decliner.name} is not asked any more: declined it.`,
    `${decliner.name} is asked: holds 0 chats.`,
    `${silent.name} is not asked any more: gave no answer in time.`,
    `${silent.name} is asked: holds 0 chats.`,
  ]);
  expect(await stateOf(silent)).toMatchObject({ state: 'active' });
});

it('sets a silent agent inactive where the queue says so; their chats wait for whoever comes back', async () => {
  await settings({ silentAgent: 'set_inactive' });
  const [only, ...others] = house.team.agents as [Agent, Agent, Agent];
  for (const { api } of others) await api.put('/v1/me/state', { state: 'inactive' });
  customerWrites('Hello?');
  const { id } = await offeredTo('Hello?', only);
  await timeIsOver(id);
  await eventually(async () => (await stateOf(only)).state === 'inactive', 20_000, 'an inactive agent');
  expect(await waitingFor(only)).toEqual([]);
  expect((await house.team.admin.read<Explained>(`/v1/chats/${id}/routing`)).decisions[0]).toMatchObject({
    outcome: 'waits',
  });
  await others[0].api.put('/v1/me/state', { state: 'active' });
  await offeredTo('Hello?', others[0]);
});

it('prefers who held the contact’s last chat', async () => {
  await settings({ prefersPreviousAgent: true });
  const { agents } = house.team;
  customerWrites('Yesterday', 'Regular');
  const first = await offeredTo('Yesterday', ...agents);
  const known = holderOf(first);
  await known.api.created(`/v1/chats/${first.id}/accept`);
  customerWrites('Makes busy');
  const busy = await offeredTo('Makes busy', ...agents);
  await settings({ routingRule: 'everyone' });
  await known.api.created(`/v1/chats/${busy.id}/accept`);
  await known.api.created(`/v1/chats/${first.id}/close`);
  await settings({ routingRule: 'least_busy' });
  customerWrites('Today', 'Regular');
  expect(holderOf(await offeredTo('Today', ...agents))).toBe(known);
});

it('keeps offers through a restart, and ends those whose time was over meanwhile', async () => {
  const { agents } = house.team;
  customerWrites('Kept');
  const kept = await offeredTo('Kept', ...agents);
  customerWrites('Over');
  const over = await offeredTo('Over', ...agents);
  await house.server.kill();
  await timeIsOver(over.id);
  servers.push(await house.server.restart());
  await offeredTo('Over', ...agents.filter(({ id }) => id !== over.offer!.agentId));
  expect((await offeredTo('Kept', ...agents)).offer).toEqual(kept.offer);
});

it('two nodes route without a double offer, and nobody is offered more than they have room for', async () => {
  const { agents, admin } = house.team;
  const { databaseUrl, messengersUrl } = house.server.options;
  servers.push(await ServerProcess.start({ databaseUrl, messengersUrl, dataDir: house.server.options.dataDir }));
  await settings({ agentLimit: 2 });
  for (let number = 0; number < 10; number++) customerWrites(`Rush ${number}`);
  const offered = await eventually(
    async () => {
      const waiting = ((await chatsOf(admin, 'all')) as Offered[]).filter(({ status }) => status === 'waiting');
      const some = waiting.filter(({ offer }) => offer !== null);
      return waiting.length === 10 && some.length === 6 && some;
    },
    20_000,
    'six offers',
  );
  for (const { id } of agents) expect(offered.filter(({ offer }) => offer!.agentId === id)).toHaveLength(2);
  await Promise.all(offered.map((chat) => timeIsOver(chat.id)));
  await eventually(
    async () => {
      const told = await Promise.all(
        offered.map(({ id }) => admin.read<Explained>(`/v1/chats/${id}/routing`).then(({ decisions }) => decisions)),
      );
      return told.every((decisions) => decisions.filter(({ outcome }) => outcome === 'expired').length === 1);
    },
    20_000,
    'one end of each offer',
  );
});
