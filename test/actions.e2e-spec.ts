import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { anOpenChat, aCustomer, openDesk } from './support/desk.js';
import { eventually } from './support/eventually.js';
import type { House } from './support/house.js';
import { messagesOf } from './support/views.js';

/** Real: the built server with its jobs, PostgreSQL, sockets, a system behind the action. Simulated: the messenger. */
let house: House;
let crm: Server;
let crmUrl: string;
const calls: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
/** What the system answers next; afterwards it says what it was told. */
const answers: { readonly status: number; readonly body: string }[] = [];

beforeAll(async () => {
  crm = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      calls.push({ headers: request.headers, body });
      const { status, body: said } = answers.shift() ?? { status: 200, body: '{"text":"Order 4711"}' };
      response.writeHead(status, { 'content-type': 'application/json' }).end(said);
    });
  }).listen(0, '127.0.0.1');
  await once(crm, 'listening');
  crmUrl = `http://127.0.0.1:${(crm.address() as AddressInfo).port}`;
  house = await openDesk({ env: { PARLEY_HTTP_ALLOWED_ORIGINS: crmUrl } });
}, 120_000);
afterAll(async () => {
  await house?.close();
  crm?.closeAllConnections();
  crm?.close();
});
beforeEach(() => void calls.splice(0));

interface Created {
  readonly id: string;
  readonly secret: string;
}

interface Run {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly code: string | null;
}

const anAction = (url = `${crmUrl}/order`) =>
  house.team.admin.created<Created>('/v1/actions', {
    caption: 'Open an order',
    url,
    queueIds: [house.team.queueId],
  });

async function runOf(path: string, wanted: string): Promise<Run> {
  return eventually(
    async () => {
      const { data } = await house.team.admin.read<{ data: Run[] }>(path);
      return data.find(({ status }) => status === wanted);
    },
    60_000,
    `a run that has ${wanted}`,
  );
}

it('an agent runs an action: answered at once, called with a signature, told in the chat', async () => {
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  const action = await anAction();
  const path = `/v1/chats/${chat.chatId}/actions/${action.id}/run`;
  const started = await chat.api.post<Run>(path, undefined, { 'idempotency-key': 'order-1' });
  expect(started).toMatchObject({ status: 202, body: { status: 'running' } });
  const again = await chat.api.post<Run>(path, undefined, { 'idempotency-key': 'order-1' });
  expect(again).toMatchObject({ status: 202, body: { id: started.body.id } });

  await runOf(`/v1/actions/${action.id}/runs`, 'succeeded');
  expect(calls).toHaveLength(1);
  const { headers, body } = calls[0]!;
  expect(new Webhook(action.secret).verify(body, headers as Record<string, string>)).toMatchObject({
    data: { runId: started.body.id, chat: { id: chat.chatId }, identity: { messenger: 'telegram' } },
  });
  const told = (await messagesOf(chat.api, chat.chatId)).at(-1);
  expect(told).toMatchObject({ direction: 'system', text: 'Agent 0 ran “Open an order”: Order 4711' });
  expect(JSON.stringify(house.simulator.ledger.calls)).not.toContain('Order 4711');
}, 120_000);

it('calls again with the same id when the system was away', async () => {
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  const action = await anAction();
  answers.push({ status: 502, body: '<html>Bad gateway</html>' });
  const { id } = await chat.api.created<Run>(`/v1/chats/${chat.chatId}/actions/${action.id}/run`);
  expect(await runOf(`/v1/chats/${chat.chatId}/action-runs`, 'succeeded')).toMatchObject({ id, attempts: 2 });
  expect(calls.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
}, 120_000);

it('does not call what the configuration does not allow, and says so', async () => {
  const action = await anAction('http://127.0.0.1:9/');
  const { body } = await house.team.admin.post(`/v1/actions/${action.id}/try`);
  expect(body).toMatchObject({ run: { status: 'failed', code: 'blocked_address' }, text: null });
});
