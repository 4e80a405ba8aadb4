import { createHmac, randomBytes } from 'node:crypto';
import { aScriptedServer, type ScriptedServer } from '../../libs/messenger-kit/testing.js';
import type { Api } from '../support/api.js';
import { aCustomer, anOpenChat, openDesk } from '../support/desk.js';
import { eventually } from '../support/eventually.js';
import type { House } from '../support/house.js';
import { META_APP, type RunningServer, ServerInside } from '../support/server.js';
import { PAGE } from '../support/team.js';
import { all, chatWith, messagesOf, messageWith, type LedgerView } from '../support/views.js';

/**
 * Secrets and tokens that change while messages come in and answers go out. Real: two built servers on one PostgreSQL,
 * sockets. Simulated: the messengers; the integrator is a server on loopback that follows a script.
 */
const OLDER = 'older_app_secret_0123456789abcde';
const env = {
  PARLEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
  PARLEY_META_APP_SECRET: `${META_APP.secret},${OLDER}`,
};
let integrator: ScriptedServer;
let house: House;
let other: ServerInside;
let admin: Api;
let updateId = 900_000_000;

interface Rotated {
  readonly webhookUrl: string;
  readonly replacedSecretUntil: string | null;
  readonly secrets: { readonly inboundSecret: string; readonly outboundSecret: string } | null;
}
interface Check {
  readonly repaired: boolean;
  readonly findings: readonly { code: string; state: string; sentence: string; repair: string | null }[];
}

beforeAll(async () => {
  integrator = await aScriptedServer(() => ({ status: 200, body: '{}' }));
  const more = { ...env, PARLEY_HTTP_ALLOWED_ORIGINS: integrator.url };
  house = await openDesk({ env: more });
  ({ admin } = house.team);
  const { database, simulator } = house;
  other = await ServerInside.start({ databaseUrl: database.url, messengersUrl: simulator.url, env: more });
}, 120_000);
afterAll(async () => {
  await other?.dispose();
  await house?.close();
  await integrator.close();
});

async function aBot() {
  const bot = house.simulator.createBot();
  const order = { messenger: 'telegram', queueId: house.team.queueId, credentials: { botToken: bot.token } };
  const { id, webhookUrl } = await admin.created<{ id: string; webhookUrl: string }>('/v1/channels', order);
  const told = () => house.simulator.world.bots.require(bot.id).webhook!.secret!;
  return { id, account: bot.id, path: new URL(webhookUrl).pathname, told, order };
}

const rotate = (id: string, body: object = {}) => admin.created<Rotated>(`/v1/channels/${id}/secret`, body);
const ledgerOf = (id: string) => admin.read<LedgerView>(`/v1/channels/${id}/ledger`);
const check = (id: string, query = '') => admin.created<Check>(`/v1/channels/${id}/check${query}`);
const found = ({ findings }: Check, code: string) => findings.find((finding) => finding.code === code);

function anUpdate(text: string): string {
  updateId += 1;
  const person = { id: 55_500_000 + (updateId % 7), is_bot: false, first_name: `Person ${updateId % 7}` };
  const chat = { id: person.id, first_name: person.first_name, type: 'private' };
  const message = { message_id: updateId, from: person, chat, date: Math.floor(Date.now() / 1000), text };
  return JSON.stringify({ update_id: updateId, message });
}

async function deliver(server: RunningServer, path: string, body: string, secret: string): Promise<number> {
  const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret };
  return (await fetch(server.url + path, { method: 'POST', headers, body })).status;
}

/**
 * Telegram delivering to both nodes, each call under the secret `choose` gives, and again what a busy node answers 503; what else was
 * answered, every body, and how many of them came again.
 */
function aFlood(path: string, choose: () => string) {
  const [statuses, bodies] = [new Map<number, number>(), [] as string[]];
  let [stopped, again] = [false, 0];
  const loop = async (server: RunningServer) => {
    while (!stopped) {
      const body = anUpdate(`Flood ${bodies.length}`);
      bodies.push(body);
      let status = await deliver(server, path, body, choose());
      for (; status === 503; again += 1) status = await deliver(server, path, body, choose());
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  const loops = [house.server, other].map(loop);
  const stop = async () => {
    stopped = true;
    await Promise.all(loops);
  };
  return { statuses, bodies, stop, again: () => again };
}

test('while messages pour in on two nodes a secret is changed: nothing is refused, nothing doubled', async () => {
  const { id, path, told } = await aBot();
  const old = told();
  const [current, late] = [aFlood(path, told), aFlood(path, () => old)];
  await eventually(() => current.bodies.length > 20);
  const { replacedSecretUntil, secrets } = await rotate(id);
  expect(secrets).toBeNull();
  expect(Date.parse(replacedSecretUntil!)).toBeGreaterThan(Date.now());
  expect(told()).not.toBe(old);
  const bodies = () => current.bodies.length + late.bodies.length;
  const before = bodies();
  await eventually(() => bodies() > before + 40);
  await Promise.all([current.stop(), late.stop()]);
  expect([...current.statuses.keys(), ...late.statuses.keys()]).toEqual([200, 200]);

  const sent = bodies();
  const ledger = await ledgerOf(id);
  expect(ledger).toMatchObject({ received: sent + ledger.duplicate, stored: sent, refused: 0 });
  expect(ledger.duplicate).toBeLessThanOrEqual(current.again() + late.again());
  const again = [...current.bodies, ...late.bodies].slice(0, 30);
  for (const body of again) expect(await deliver(other, path, body, told())).toBe(200);
  expect(await ledgerOf(id)).toMatchObject({ stored: sent, duplicate: ledger.duplicate + 30 });
});

test('after its end the old secret is refused, by every node', async () => {
  const { id, path, told } = await aBot();
  const first = told();
  await rotate(id);
  const second = told();
  const answers = (secret: string) =>
    Promise.all([house.server, other].map((server) => deliver(server, path, anUpdate('Late'), secret)));
  expect(await answers(first)).toEqual([200, 200]);
  await house.database.database.rows(`UPDATE channels SET replaced_until = now() WHERE id = $1`, [id]);
  await eventually(async () => (await answers(first)).every((status) => status === 401));
  expect(await answers(second)).toEqual([200, 200]);

  const { replacedSecretUntil } = await rotate(id, { keepOldHours: 0 });
  expect(replacedSecretUntil).toBeNull();
  await eventually(async () => (await answers(second)).every((status) => status === 401));
  expect(await answers(told())).toEqual([200, 200]);
  expect((await admin.post(`/v1/channels/${id}/secret`, { keepOldHours: 721 })).status).toBe(422);
});

test('the doctor sees that an old secret is still used, and tells Telegram the new one', async () => {
  const { id, account, path, told } = await aBot();
  const old = told();
  await rotate(id);
  const fresh = told();
  expect(await deliver(house.server, path, anUpdate('On its way'), old)).toBe(200);
  expect(found(await check(id), 'replaced_secret')).toMatchObject({ state: 'ok' });

  const rotatedBefore = `UPDATE channels SET rotated_at = now() - interval '2 minutes' WHERE id = $1`;
  await house.database.database.rows(rotatedBefore, [id]);
  const bot = house.simulator.world.bots.require(account);
  bot.webhook = { ...bot.webhook!, secret: old };
  expect(await deliver(other, path, anUpdate('Still'), told())).toBe(200);
  const drifted = await eventually(async () => {
    const result = await check(id);
    return found(result, 'replaced_secret')?.state === 'warning' && result;
  });
  expect(found(drifted, 'signature_secret')).toMatchObject({ state: 'warning', repair: 'harmless' });
  const repaired = await check(id, '?repair=true');
  expect(repaired.repaired).toBe(true);
  expect(found(repaired, 'replaced_secret')).toMatchObject({ state: 'ok' });
  expect(told()).toBe(fresh);
  expect(JSON.stringify([drifted, repaired])).not.toContain(old);
});

function proof(secret: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

test('a connected system goes over to its new secrets in its own time, both ways', async () => {
  const order = { messenger: 'http', queueId: house.team.queueId, credentials: { url: `${integrator.url}/answers` } };
  const made = await admin.created<Rotated & { id: string }>('/v1/channels', order);
  const tell = async (secret: string, text: string) => {
    const body = JSON.stringify({ kind: 'message', externalId: text, sender: { externalId: 'zoe' }, text });
    const timestamp = Math.floor(Date.now() / 1000).toString();
    const headers = { 'webhook-id': 'm', 'webhook-timestamp': timestamp };
    const signature = proof(secret, 'm', timestamp, body);
    return (
      await fetch(made.webhookUrl, { method: 'POST', headers: { ...headers, 'webhook-signature': signature }, body })
    ).status;
  };
  const headers = { 'idempotency-key': 'rotate-http' };
  const rotated = await admin.post<Rotated>(`/v1/channels/${made.id}/secret`, {}, headers);
  expect(rotated.status).toBe(200);
  const [old, fresh] = [made.secrets!, rotated.body.secrets!];
  expect(fresh.inboundSecret).not.toBe(old.inboundSecret);
  expect(await tell(old.inboundSecret, 'Under the old one')).toBe(200);
  expect(await tell(fresh.inboundSecret, 'Under the new one')).toBe(200);
  expect(await admin.post(`/v1/channels/${made.id}/secret`, {}, headers)).toMatchObject({
    status: 409,
    body: { code: 'already_done' },
  });
  expect(JSON.stringify(await admin.read(`/v1/channels/${made.id}`))).not.toContain('whsec');

  const { api } = house.team.agents[0]!;
  const chat = await chatWith(api, 'waiting', 'Under the new one');
  await api.created(`/v1/chats/${chat.id}/accept`);
  integrator.script = () => ({ status: 200, body: '{"externalId":"out-1"}' });
  await api.created(`/v1/chats/${chat.id}/messages`, { text: 'To both' });
  await messageWith(api, chat.id, 'To both', 'sent');
  const call = integrator.calls.find(({ body }) => body.includes('To both'))!;
  const [id, timestamp] = [String(call.headers['webhook-id']), String(call.headers['webhook-timestamp'])];
  const signatures = [fresh, old].map(({ outboundSecret }) => proof(outboundSecret, id, timestamp, call.body));
  expect(call.headers['webhook-signature']).toBe(signatures.join(' '));
});

test('Meta’s calls are taken under the newest app secret and the one before; the proof is made with the newest', async () => {
  const post = async (secret: string, mid: string) => {
    const message = { mid, text: mid };
    const item = { sender: { id: '7700000001' }, recipient: { id: PAGE }, timestamp: Date.now(), message };
    const body = JSON.stringify({ object: 'page', entry: [{ id: PAGE, time: Date.now(), messaging: [item] }] });
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    return house.simulator.sendRaw({
      messenger: 'facebook',
      account: PAGE,
      body,
      headers: { 'x-hub-signature-256': signature },
    });
  };
  expect((await post(META_APP.secret, 'm_new')).status).toBe(200);
  expect((await post(OLDER, 'm_old')).status).toBe(200);
  // The doctor of either server may have told Meta its own address by now.
  const metrics = await Promise.all([house.server, other].map(({ api }) => api.read<string>('/metrics')));
  expect(metrics.join('\n')).toContain('parley_webhook_old_secret_total{messenger="facebook"} 1\n');
  expect((await post('another_secret', 'm_no')).status).toBe(401);
  expect((await post(env.PARLEY_META_APP_SECRET, 'm_no')).status).toBe(401);
  const chat = await anOpenChat(house, aCustomer(house, 'facebook'));
  await chat.sent('With a proof the app accepts');
  const { channels } = house.team;
  const refused = await admin.post(`/v1/channels/${channels.facebook}/secret`, {});
  expect(refused).toMatchObject({ status: 409, body: { code: 'secret_in_settings' } });
});

test('a bot gets another token while its people write and are answered: nothing is lost either way', async () => {
  const { id, account, order } = await aBot();
  const chat = await anOpenChat(house, aCustomer(house, 'telegram', account));
  const said: string[] = [];
  let stopped = false;
  const talking = (async () => {
    for (let n = 0; !stopped; n += 1) {
      house.simulator.customerWrites({ ...chat.who, text: `Question ${n}` });
      said.push(`Question ${n}`);
      expect((await chat.send(`Answer ${n}`)).status).toBe(201);
      await house.simulator.settled();
    }
  })();
  await eventually(() => said.length > 3);
  const botToken = house.simulator.renewToken(account);
  const healthOf = async () => (await admin.read<{ health: string }>(`/v1/channels/${id}`)).health;
  await eventually(async () => (await healthOf()) === 'needs_reauthorization');
  const repaired = await admin.post('/v1/channels', { ...order, credentials: { botToken } });
  expect(repaired).toMatchObject({ status: 200, body: { outcome: 'repaired', health: 'ok' } });
  const soFar = said.length;
  await eventually(() => said.length > soFar + 3);
  stopped = true;
  await talking;
  const answers = said.map((_, n) => `Answer ${n}`);
  await messageWith(chat.api, chat.chatId, answers.at(-1)!, 'sent');
  expect(house.simulator.received(chat.who)).toEqual(answers);
  expect(await healthOf()).toBe('ok');
  const texts = (await messagesOf(chat.api, chat.chatId)).filter(({ direction }) => direction === 'inbound');
  expect(texts.map(({ text }) => text).slice(1)).toEqual(said);
});

test('who did it stands in the audit log, without a secret; agents and supervisors do not', async () => {
  const { id, told } = await aBot();
  const old = told();
  await rotate(id);
  const entries = await all<{ action: string; after: unknown }>(admin, `/v1/audit?subjectId=${id}`);
  const entry = entries.find(({ action }) => action === 'channel.secret_rotated');
  expect(entry).toMatchObject({ after: { replacedSecretUntil: expect.any(String) as string } });
  for (const secret of [old, told()]) expect(JSON.stringify(entries)).not.toContain(secret);
  const { api } = house.team.agents[0]!;
  expect((await api.post(`/v1/channels/${id}/secret`, {})).status).toBe(403);
});
