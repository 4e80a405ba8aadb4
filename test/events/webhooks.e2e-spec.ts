import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { aCustomer, anOpenChat, openDesk } from '../support/desk.js';
import { eventually } from '../support/eventually.js';
import type { House } from '../support/house.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

/** Real: the built server, PostgreSQL, sockets; signatures are verified by the reference library. Simulated: the messengers. */
interface EndpointView {
  readonly id: string;
  readonly secret: string;
  readonly active: boolean;
  readonly disabledReason: string | null;
}

interface DeliveryView {
  readonly id: string;
  readonly eventId: string;
  readonly type: string;
  readonly state: string;
  readonly attempts: number;
  readonly status: number | null;
  readonly nextAttemptAt: string | null;
}

let house: House;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await WebhookReceiver.open();
  house = await openDesk({ env: { PARLEY_HTTP_ALLOWED_ORIGINS: receiver.origin } });
}, 120_000);
afterEach(async () => {
  const { data } = await house.team.admin.read<{ data: EndpointView[] }>('/v1/webhook-endpoints');
  for (const { id } of data) await house.team.admin.call('DELETE', `/v1/webhook-endpoints/${id}`);
});
afterAll(async () => {
  receiver?.close();
  await house?.close();
});

function subscribe(path: string, types?: string[]): Promise<EndpointView> {
  return house.team.admin.created<EndpointView>('/v1/webhook-endpoints', { url: receiver.origin + path, types });
}

const at = (path: string) => receiver.at(path);

async function deliveriesOf({ id }: EndpointView): Promise<DeliveryView[]> {
  return (await house.team.admin.read<{ data: DeliveryView[] }>(`/v1/webhook-endpoints/${id}/deliveries?limit=100`))
    .data;
}

it('delivers the events somebody subscribed to, signed; the secret is shown once', async () => {
  const endpoint = await subscribe('/signed', ['chat.accepted', 'chat.closed']);
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  await chat.close();
  const found = await eventually(() => at('/signed').length === 2 && at('/signed'), 30_000, 'two deliveries');
  const events = found.map(({ body, headers }) => new Webhook(endpoint.secret).verify(body, headers));
  expect(events).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: 'chat.accepted', chatId: chat.chatId }),
      expect.objectContaining({ type: 'chat.closed', chatId: chat.chatId }),
    ]),
  );
  expect(found.map(({ id }) => id)).toEqual(events.map((event) => (event as { id: string }).id));
  const view = await house.team.admin.read<EndpointView>(`/v1/webhook-endpoints/${endpoint.id}`);
  expect(view).not.toHaveProperty('secret');
  expect(JSON.stringify(await house.database.database.rows('SELECT * FROM webhook_endpoints'))).not.toContain(
    endpoint.secret,
  );
});

it('while a secret changes, the old one and the new one verify', async () => {
  const endpoint = await subscribe('/rotated', ['chat.opened']);
  const path = `/v1/webhook-endpoints/${endpoint.id}`;
  const { secret } = await house.team.admin.created<EndpointView>(`${path}/secret`);
  expect(secret).not.toBe(endpoint.secret);
  await house.team.admin.created(`${path}/test`);
  const [test] = await eventually(() => at('/rotated').length > 0 && at('/rotated'), 30_000, 'the test event');
  for (const key of [secret, endpoint.secret]) {
    expect(new Webhook(key).verify(test!.body, test!.headers)).toMatchObject({ type: 'webhook.test' });
  }
});

it('one that hangs delays nobody; one that fails is tried again with the same id and bytes', async () => {
  receiver.answers.set('/hangs', undefined);
  receiver.answers.set('/fails', 500);
  await subscribe('/hangs', ['message.received']);
  const failing = await subscribe('/fails', ['message.received']);
  await subscribe('/well', ['message.received']);
  for (let number = 0; number < 12; number++) {
    house.simulator.customerWrites({ ...aCustomer(house, 'telegram'), text: `Message ${number}` });
  }
  await eventually(() => at('/well').length >= 12, 30_000, 'all of them where all is well');
  await eventually(() => at('/fails').length >= 12, 30_000, 'attempts where nothing is');
  // The wish of Retry-After, not the first rung of seconds.
  const waiting = await eventually(async () => {
    const found = (await deliveriesOf(failing)).filter(({ status }) => status === 500);
    return found.length >= 12 && found;
  }, 30_000);
  for (const { state, attempts, nextAttemptAt } of waiting) {
    expect({ state, attempts }).toEqual({ state: 'pending', attempts: 1 });
    expect(Date.parse(nextAttemptAt!) - Date.now()).toBeGreaterThan(1_800_000);
  }
  receiver.answers.delete('/fails');
  await house.database.database.rows(`UPDATE webhook_deliveries SET due_at = now() WHERE endpoint_id = $1`, [
    failing.id,
  ]);
  await eventually(async () => (await deliveriesOf(failing)).every(({ state }) => state === 'delivered'), 30_000);
  const seen = new Map<string, string>();
  for (const { id, body } of at('/fails')) {
    expect(seen.get(id) ?? body).toBe(body);
    seen.set(id, body);
  }
  expect(seen.size).toBe(12);
});

it('410 ends it, and is told; made active again it gets what it missed when it is asked for', async () => {
  receiver.answers.set('/gone', 410);
  const endpoint = await subscribe('/gone', ['chat.accepted']);
  const path = `/v1/webhook-endpoints/${endpoint.id}`;
  await anOpenChat(house, aCustomer(house, 'telegram'));
  const disabled = async () => {
    const view = await house.team.admin.read<EndpointView>(path);
    return !view.active && view;
  };
  expect(await eventually(disabled, 30_000)).toMatchObject({ disabledReason: 'gone' });
  const from = new Date(Date.now() - 60_000).toISOString();
  const missed = await anOpenChat(house, aCustomer(house, 'telegram'));
  receiver.answers.delete('/gone');
  await house.team.admin.changed(path, { active: true });
  await house.team.admin.created(`${path}/replay`, { from, until: new Date(Date.now() + 60_000).toISOString() });
  const isThere = () =>
    at('/gone').some(({ body }) => (JSON.parse(body) as { chatId: string }).chatId === missed.chatId);
  await eventually(isThere, 30_000, 'the event of the pause');
  await eventually(async () => (await deliveriesOf(endpoint)).every(({ state }) => state === 'delivered'), 30_000);
  const [first] = await deliveriesOf(endpoint);
  const before = at('/gone').length;
  await house.team.admin.created(`${path}/deliveries/${first!.id}/replay`);
  await eventually(() => at('/gone').length > before, 30_000, 'the delivery once more');
  expect(at('/gone').at(-1)!.id).toBe(first!.eventId);
});

it('a failure of days disables it', async () => {
  receiver.answers.set('/dead', 503);
  const endpoint = await subscribe('/dead', ['chat.accepted']);
  await house.database.database.rows(`UPDATE webhook_endpoints SET failing_since = now() - interval '4 days'`);
  await house.team.admin.created(`/v1/webhook-endpoints/${endpoint.id}/test`);
  const view = () => house.team.admin.read<EndpointView>(`/v1/webhook-endpoints/${endpoint.id}`);
  await eventually(async () => !(await view()).active, 30_000);
  expect(await view()).toMatchObject({ disabledReason: 'failing' });
  const told = async () => {
    const { data } = await house.team.admin.read<{ data: { type: string; data: object }[] }>('/v1/events?limit=100');
    return data.find(({ type, data }) => type === 'webhook.disabled' && JSON.stringify(data).includes(endpoint.id));
  };
  await house.database.database.rows(`DELETE FROM events WHERE type <> 'webhook.disabled'`);
  await eventually(told, 30_000, 'the word that it is disabled');
});

it('refuses addresses it must not call, callers who are no admin, and ids of nobody', async () => {
  const { admin, agents } = house.team;
  const create = (url: string) => admin.post<{ code: string }>('/v1/webhook-endpoints', { url });
  for (const url of ['http://example.com/', 'ftp://example.com/', 'https://user:word@example.com/', 'nonsense']) {
    expect(await create(url)).toMatchObject({ status: 422 });
  }
  expect(await agents[0]!.api.get('/v1/webhook-endpoints')).toMatchObject({ status: 403 });
  const nobody = '/v1/webhook-endpoints/019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa';
  for (const path of [nobody, `${nobody}/deliveries`]) expect(await admin.get(path)).toMatchObject({ status: 404 });
  expect(await admin.post(`${nobody}/test`)).toMatchObject({ status: 404 });
  // Not public, and not allowed by the configuration: accepted as an address, never connected to.
  const { body } = await admin.post<EndpointView>('/v1/webhook-endpoints', { url: 'https://127.0.0.1:1/' });
  await admin.created(`/v1/webhook-endpoints/${body.id}/test`);
  const blocked = async () => (await deliveriesOf(body)).find((delivery) => 'error' in delivery && delivery.error);
  expect(await eventually(blocked, 30_000)).toMatchObject({ error: 'blocked_address' });
});

type Check = (headers: Record<string, string>, body: string, secret: string) => boolean;

it('the program of docs/events.md takes what was delivered, and nothing else', async () => {
  const program = /```js\n(.*?)```/s.exec(readFileSync('docs/events.md', 'utf8'))?.[1] ?? '';
  const { isFromParley } = (await import(`data:text/javascript,${encodeURIComponent(program)}`)) as {
    isFromParley: Check;
  };
  const endpoint = await subscribe('/documented');
  await house.team.admin.call('POST', `/v1/webhook-endpoints/${endpoint.id}/test`);
  const { headers, body } = await eventually(() => at('/documented')[0], 30_000);
  expect(isFromParley(headers, body, endpoint.secret)).toBe(true);
  expect(isFromParley(headers, `${body} `, endpoint.secret)).toBe(false);
  expect(isFromParley(headers, body, 'whsec_bm90IGl0')).toBe(false);
  expect(isFromParley({ ...headers, 'webhook-timestamp': '1700000000' }, body, endpoint.secret)).toBe(false);
  const longer = `v1,abc ${headers['webhook-signature']}`;
  expect(isFromParley({ ...headers, 'webhook-signature': longer }, body, endpoint.secret)).toBe(true);
  expect(isFromParley({}, body, endpoint.secret)).toBe(false);
});

it('an address that is not https is refused with what would allow it', async () => {
  const answer = await house.team.admin.call('POST', '/v1/webhook-endpoints', { url: 'http://127.0.0.1:1/hook' });
  expect(answer.status).toBe(422);
  expect(JSON.stringify(answer.body)).toContain('PARLEY_HTTP_ALLOWED_ORIGINS');
});
