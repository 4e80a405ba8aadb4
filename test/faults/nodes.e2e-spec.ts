import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { aCustomer, anOpenChat, openDesk, outcomesOf, type OpenChat } from '../support/desk.js';
import { eventually } from '../support/eventually.js';
import type { House } from '../support/house.js';
import { rounds } from '../support/rounds.js';
import { META_APP, ServerInside, ServerProcess } from '../support/server.js';
import { PAGE } from '../support/team.js';
import { messageWith } from '../support/views.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

/**
 * Real: built servers on one PostgreSQL, those that do work as processes of their own, signals. Simulated: the messengers.
 * The first node serves the API and delivers nothing, so that it is known who holds the lanes.
 */
let house: House;
let receiver: WebhookReceiver;
const workers: ServerProcess[] = [];
const env: Record<string, string> = { PARLEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64') };

beforeAll(async () => {
  receiver = await WebhookReceiver.open();
  env.PARLEY_HTTP_ALLOWED_ORIGINS = receiver.origin;
  house = await openDesk({ env: { ...env, NODE_ROLE: 'web' } });
}, 120_000);
afterEach(async () => {
  house.simulator.clearFaults();
  for (const worker of workers.splice(0)) {
    if (worker.isRunning) worker.signal('SIGCONT');
    await worker.dispose();
  }
});
afterAll(async () => {
  receiver?.close();
  await house?.close();
});

function anotherNode(role: 'worker' | 'all') {
  const { database, simulator } = house;
  return { databaseUrl: database.url, messengersUrl: simulator.url, env: { ...env, NODE_ROLE: role } };
}

async function aWorker(): Promise<ServerProcess> {
  const worker = await ServerProcess.start(anotherNode('worker'));
  workers.push(worker);
  return worker;
}

/**
 * A worker that sleeps until SIGCONT. To start one takes longer than a call may hang where much else is going on: it is ready
 * before there is anything to do. It is not put to sleep within a transaction, whose locks others would wait for.
 */
async function aSleepingWorker(): Promise<ServerProcess> {
  const worker = await aWorker();
  const transactions = async () => {
    const rows = await house.database.database.rows<{ id: string }>(
      `SELECT pid || ' ' || xact_start AS id FROM pg_stat_activity
       WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()`,
    );
    return rows.map(({ id }) => id);
  };
  await eventually(async () => {
    worker.signal('SIGSTOP');
    const before = await transactions();
    const remain = () => transactions().then((now) => now.filter((id) => before.includes(id)));
    for (let look = 0; look < 50; look++) {
      if ((await remain()).length === 0) return true;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    worker.signal('SIGCONT');
    return false;
  });
  return worker;
}

/** Chats whose first answer left and got no reply, with two more behind it; the only worker holds all their lanes. */
async function hangingChats(count: number): Promise<OpenChat[]> {
  const chats = await Promise.all(Array.from({ length: count }, () => anOpenChat(house, aCustomer(house, 'telegram'))));
  house.simulator.failCall({ match: { text: 'Hanging' }, times: count, effect: { kind: 'hang', processed: true } });
  for (const text of ['Hanging', 'Second', 'Third']) for (const chat of chats) await chat.send(text);
  const hanging = () => chats.every(({ who }) => house.simulator.received(who).length === 1);
  await house.simulator.waitFor(hanging, 15_000, 'all first answers to hang');
  return chats;
}

/** Everything arrived once and in order; what nobody can know is said so. */
async function expectTakenOver(chats: readonly OpenChat[]): Promise<void> {
  for (const { chatId, who, api, later } of chats) {
    await messageWith(api, chatId, 'Third', 'sent');
    expect(house.simulator.received(who)).toEqual(['Hanging', 'Second', 'Third']);
    expect((await later()).map(({ status }) => status)).toEqual(['unconfirmed', 'sent', 'sent']);
  }
}

const tookOver = (chats: readonly OpenChat[]) => chats.every(({ who }) => house.simulator.received(who).length > 1);

it('a killed node’s lanes are taken over within 15 s, and nothing is sent twice', async () => {
  for (let round = 0; round < rounds(1, 5); round++) {
    const next = await aSleepingWorker();
    const holder = await aWorker();
    const chats = await hangingChats(5);
    next.signal('SIGCONT');
    await holder.kill();
    await house.simulator.waitFor(() => tookOver(chats), 15_000, 'the lanes of the killed node');
    await expectTakenOver(chats);
    for (const worker of workers.splice(0)) await worker.dispose();
  }
}, 300_000);

it('a frozen node’s lanes are taken over within 15 s; when it wakes it writes and sends nothing', async () => {
  const next = await aSleepingWorker();
  const holder = await aWorker();
  const chats = await hangingChats(5);
  next.signal('SIGCONT');
  holder.signal('SIGSTOP');
  await house.simulator.waitFor(() => tookOver(chats), 15_000, 'the lanes of the frozen node');
  holder.signal('SIGCONT');
  await expectTakenOver(chats);
  // It has noticed by now that time went by: it is well, and does new work.
  await eventually(async () => (await fetch(`${holder.url}/health/ready`)).status === 200);
  for (const chat of chats) await chat.sent('Fourth');
  for (const { who, later } of chats) {
    expect(house.simulator.received(who)).toEqual(['Hanging', 'Second', 'Third', 'Fourth']);
    expect((await later())[0]).toMatchObject({ text: 'Hanging', status: 'unconfirmed' });
  }
}, 120_000);

it('what a killed node was telling other programs they are told within half a minute, with the same id and bytes', async () => {
  receiver.answers.set('/told', undefined);
  const url = `${receiver.origin}/told`;
  const { id } = await house.team.admin.created<{ id: string }>('/v1/webhook-endpoints', {
    url,
    types: ['chat.closed'],
  });
  const chats = await Promise.all(Array.from({ length: 3 }, () => anOpenChat(house, aCustomer(house, 'telegram'))));
  for (const chat of chats) await chat.close();
  // Not before: an endpoint that does not answer is told nothing new, and the first of the three would be alone.
  const holder = await aWorker();
  await eventually(() => receiver.at('/told').length === 3, 15_000, 'deliveries that get no answer');
  await aWorker();
  await holder.kill();
  receiver.answers.delete('/told');
  const deliveries = async () =>
    (await house.team.admin.read<{ data: { state: string }[] }>(`/v1/webhook-endpoints/${id}/deliveries`)).data;
  const allDelivered = async () => (await deliveries()).every(({ state }) => state === 'delivered');
  await eventually(allDelivered, 30_000, 'the deliveries of the killed node');
  const told = receiver.at('/told').map((arrival) => `${arrival.id} ${arrival.body}`);
  expect(new Set(told).size).toBe(3);
  expect(told.length).toBe(6);
}, 120_000);

describe('a second node that serves the API, too', () => {
  let other: ServerProcess;
  beforeAll(async () => {
    other = await ServerProcess.start(anotherNode('all'));
  }, 60_000);
  afterAll(() => other?.dispose());

  it('the same event on two nodes at once is one message', async () => {
    const channelId = house.team.channels.facebook;
    const { webhookUrl } = await house.team.admin.read<{ webhookUrl: string }>(`/v1/channels/${channelId}`);
    const urls = [webhookUrl, webhookUrl.replace(house.server.url, other.url)];
    expect(urls[1]).toContain(other.url);
    for (let round = 0; round < rounds(3, 100); round++) {
      const chat = await anOpenChat(house, aCustomer(house, 'facebook'));
      const sender = { id: house.simulator.personId(chat.who) };
      const message = { mid: `m_${randomUUID()}`, text: 'Twice?' };
      const messaging = [{ sender, recipient: { id: PAGE }, timestamp: Date.now(), message }];
      const body = JSON.stringify({ object: 'page', entry: [{ id: PAGE, time: Date.now(), messaging }] });
      const headers = {
        'x-hub-signature-256': `sha256=${createHmac('sha256', META_APP.secret).update(body).digest('hex')}`,
      };
      const post = async (url: string) => (await fetch(url, { method: 'POST', body, headers })).status;
      const outcomes = await outcomesOf(house, channelId, async () => {
        const statuses = await Promise.all(Array.from({ length: 40 }, (_, n) => post(urls[n % 2]!)));
        expect(statuses).toEqual(statuses.map(() => 200));
      });
      expect(outcomes).toMatchObject({ received: 40, stored: 1, duplicate: 39 });
      expect(await chat.later()).toMatchObject([{ text: 'Twice?', seq: 3 }]);
      expect((await chat.view()).lastSeq).toBe(3);
    }
  }, 300_000);

  it('retries with one key on two nodes at once leave one message', async () => {
    const chat = await anOpenChat(house, aCustomer(house, 'facebook'));
    const urls = [house.server.url, other.url];
    for (let round = 0; round < rounds(6, 1000); round++) {
      const headers = {
        ...chat.api.authorization,
        'content-type': 'application/json',
        'idempotency-key': `two-${round}`,
      };
      const request = { method: 'POST', headers, body: JSON.stringify({ text: `Round ${round}` }) };
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, n) => fetch(`${urls[n % 2]}/v1/chats/${chat.chatId}/messages`, request)),
      );
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 201]);
      const bodies = await Promise.all<unknown>(answers.map((answer) => answer.json()));
      for (const body of bodies) expect(body).toEqual(bodies[0]);
    }
    const texts = Array.from({ length: rounds(6, 1000) }, (_, round) => `Round ${round}`);
    expect((await chat.later()).map(({ text }) => text)).toEqual(texts);
    // Facebook takes 5 a second to one person.
    await house.simulator.waitFor((one) => one.received(chat.who).length >= texts.length, 300_000);
    await messageWith(chat.api, chat.chatId, texts.at(-1)!, 'sent');
    expect(house.simulator.received(chat.who)).toEqual(texts);
  }, 600_000);
});

it('a worker answers those who watch it, and nobody else', async () => {
  const worker = await ServerInside.start(anotherNode('worker'));
  const ask = async (path: string, method = 'GET') => {
    const response = await fetch(`${worker.url}${path}`, { method });
    return [response.status, ((await response.text()).match(/"code":"(\w+)"/) ?? [])[1]];
  };
  const { webhookUrl } = (await house.team.admin.get<{ data: { webhookUrl: string }[] }>('/v1/channels')).body.data[0]!;
  try {
    for (const path of ['/health/live', '/health/ready', '/metrics']) expect(await ask(path)).toEqual([200, undefined]);
    for (const path of ['/v1/me', '/docs', '/', '/v1/auth/sessions', '/health/readyX'])
      expect(await ask(path)).toEqual([404, 'not_served_here']);
    expect(await ask(new URL(webhookUrl).pathname, 'POST')).toEqual([404, 'not_served_here']);
    expect(await ask('/v1/auth/sessions', 'POST')).toEqual([404, 'not_served_here']);
  } finally {
    await worker.dispose();
  }
});
