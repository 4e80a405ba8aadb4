import { randomBytes } from 'node:crypto';
import { openTestDatabase, type TestDatabase } from '#database';
import { startSimulator, type Simulator } from '../../apps/simulator/src/simulator.js';
import { eventually } from '../support/eventually.js';
import { ServerProcess } from '../support/server.js';
import { TcpSwitch } from '../support/tcp-switch.js';
import { aTeam, type Team } from '../support/team.js';
import { chatWith, messagesOf } from '../support/views.js';

/** Real: the built server, PostgreSQL, sockets. Stand-ins: a switch between the two, the messengers. */
let database: TestDatabase;
let wire: TcpSwitch;
let simulator: Simulator;
let server: ServerProcess;
let team: Team;

beforeAll(async () => {
  database = await openTestDatabase();
  wire = await TcpSwitch.to(database.url);
  simulator = await startSimulator();
  const url = new URL(database.url);
  url.port = String(wire.port);
  const env = { PARLEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64') };
  server = await ServerProcess.start({ databaseUrl: url.href, messengersUrl: simulator.url, env });
  team = await aTeam(server, simulator, 1);
}, 120_000);
afterAll(async () => {
  await server?.dispose();
  await simulator?.stop();
  await wire?.close();
  await database?.close();
});

it('connections to the database fall silent: what comes and what goes out goes on over others', async () => {
  const [{ api }] = team.agents as [Team['agents'][number]];
  const who = { messenger: 'facebook', account: team.accounts.facebook, person: 'Si Lence' } as const;
  simulator.customerWrites({ ...who, text: 'Before' });
  const { id } = await chatWith(api, 'waiting', 'Before');
  await api.created(`/v1/chats/${id}/accept`);

  // As many as the pool may hold are open and idle: all of them are gone.
  await Promise.all(Array.from({ length: 40 }, () => api.read(`/v1/chats/${id}`)));
  wire.silence();
  const began = performance.now();
  simulator.customerWrites({ ...who, text: 'Meanwhile' });
  const key = { 'idempotency-key': 'silence' };
  const answered = () => api.post(`/v1/chats/${id}/messages`, { text: 'Still here' }, key);
  const inTime = (look: () => Promise<boolean>) => eventually(() => look().catch(() => false), 60_000, 'going on');
  await inTime(async () => (await answered()).status === 201);
  await inTime(async () => {
    const messages = await messagesOf(api, id);
    const hasCome = messages.some(({ text, direction }) => text === 'Meanwhile' && direction === 'inbound');
    return hasCome && messages.some(({ text, status }) => text === 'Still here' && status === 'sent');
  });
  expect(simulator.received(who)).toEqual(['Still here']);
  // What is done in the background goes on as well: a newcomer's name is asked for.
  const newcomer = { ...who, person: 'New Comer' };
  simulator.customerWrites({ ...newcomer, text: 'Hello' });
  const { id: newChat } = await chatWith(api, 'waiting', 'Hello');
  const nameOf = async () =>
    (await api.read<{ contact: { name: string | null } }>(`/v1/chats/${newChat}`)).contact.name;
  await inTime(async () => (await nameOf()) === 'New Comer');
  // Nobody would have said that they are gone for a quarter of an hour.
  expect(performance.now() - began).toBeLessThan(120_000);
}, 180_000);
