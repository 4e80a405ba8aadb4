import pg from 'pg';
import { startSimulator, type Simulator } from '../../apps/simulator/src/simulator.js';
import { embeddedDatabaseOf } from '../support/embedded-database.js';
import { eventually } from '../support/eventually.js';
import { withSlack } from '../support/rounds.js';
import { ServerProcess } from '../support/server.js';
import { aTeam, type Team } from '../support/team.js';
import { chatWith, messagesOf, messageWith } from '../support/views.js';

/** Real: the built server on its embedded PostgreSQL, which waits for a standby that does not exist. Simulated: the messenger. */
let simulator: Simulator;
let server: ServerProcess;
let team: Team;
/** How long the server waits for one statement. */
const PATIENCE_MS = 16_000;

beforeAll(async () => {
  simulator = await startSimulator();
  // Its own pool, also where the suite is run with a pool of one: reading beside a COMMIT that waits takes a second connection.
  server = await ServerProcess.start({ messengersUrl: simulator.url, env: { PARLEY_POOL_SIZE: '10' } });
  team = await aTeam(server, simulator, 1);
}, 120_000);
afterAll(async () => {
  await server?.dispose();
  await simulator?.stop();
});

it('where nothing is committed a call that writes is told within seconds that nobody knows, and can be repeated', async () => {
  const who = { messenger: 'telegram', account: team.accounts.telegram, person: 'Sta Ndby' } as const;
  simulator.customerWrites({ ...who, text: 'Is anybody there?' });
  const { api } = team.agents[0]!;
  const { id } = await chatWith(api, 'waiting', 'Is anybody there?');
  await api.created(`/v1/chats/${id}/accept`);
  const answer = () =>
    api.post<{ code: string }>(`/v1/chats/${id}/messages`, { text: 'Yes' }, { 'idempotency-key': 'yes' });

  await waitForStandby('nobody');
  await eventually(nothingIsCommitted, 30_000, 'commits to wait');
  const began = performance.now();
  const [answers, tag] = await Promise.all([
    Promise.all([answer(), answer()]),
    team.admin.post<{ code: string }>('/v1/tags', { name: 'Asked', color: '#d9480f' }),
    // What is only read goes on meanwhile.
    eventually(() => performance.now() - began > 1_000).then(() => api.read(`/v1/chats/${id}/conversation`)),
  ]);
  expect(performance.now() - began).toBeLessThan(withSlack(PATIENCE_MS));
  expect(answers.map(({ status }) => status)).toEqual([503, 503]);
  // One of them waited for the other's key.
  expect(answers.map(({ body }) => body.code).sort()).toEqual(['database_unavailable', 'outcome_unknown']);
  expect(tag.body).toMatchObject({ status: 503, code: 'outcome_unknown' });
  expect(tag.headers.get('retry-after')).toBe('2');
  expect(simulator.received(who)).toEqual([]);

  await waitForStandby('');
  const repeated = await eventually(async () => {
    const again = await answer();
    return again.status === 201 && again;
  });
  expect(repeated.headers.get('idempotency-replayed')).toBe('true');
  await messageWith(api, id, 'Yes', 'sent');
  expect((await messagesOf(api, id)).filter(({ text }) => text === 'Yes')).toHaveLength(1);
  expect(simulator.received(who)).toEqual(['Yes']);
}, 180_000);

async function waitForStandby(name: string): Promise<void> {
  await ask(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
  await ask('SELECT pg_reload_conf()');
}

/** Whether a commit that writes gets no answer. */
function nothingIsCommitted(): Promise<boolean> {
  return ask(`SELECT pg_logical_emit_message(true, 'test', 'written')`).then(
    () => false,
    (error: Error) => /timeout/.test(error.message),
  );
}

async function ask(sql: string): Promise<void> {
  const { url } = embeddedDatabaseOf(server);
  const client = new pg.Client({ connectionString: url, query_timeout: 1_000, connectionTimeoutMillis: 3_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    void client.end().catch(() => undefined);
  }
}
