import { startSimulator, type Simulator } from '../simulator.js';
import { aConnectedPage, call } from '../testing/connected.js';
import { Webhook } from '../testing/webhook.js';
import { proofOf } from './tokens.js';

let sim: Simulator;
let webhook: Webhook;

beforeEach(async () => {
  sim = await startSimulator({ redelivery: { baseMs: 2, capMs: 8 } });
  webhook = await Webhook.open();
});

afterEach(async () => {
  await sim.stop();
  await webhook.close();
});

const HOUR = 3_600_000;

/** A connected Page, somebody who wrote to it so long ago, and a way to send. */
async function aConversation(hoursAgo = 0) {
  const page = await aConnectedPage(sim, webhook.url);
  const who = { messenger: 'facebook', account: page.id, person: 'Iryna Lys' } as const;
  sim.acquaint({ ...who, at: Date.now() - hoursAgo * HOUR });
  const recipient = { id: sim.personId(who) };
  const send = (change: object = {}) => {
    const body = { recipient, messaging_type: 'RESPONSE', message: { text: 'hello' }, ...change };
    return call(sim, `/v26.0/${page.id}/messages?${page.auth}`, body);
  };
  return { page, who, psid: recipient.id, send };
}

const error = (code: number, subcode?: number) => ({
  body: { error: { code, ...(subcode && { error_subcode: subcode }), fbtrace_id: expect.any(String) as string } },
});

test('an answer reaches the person, and comes back as an echo with its metadata', async () => {
  const { page, who, psid, send } = await aConversation();
  const sent = await send({ message: { text: 'hello', metadata: 'out-1' } });
  expect(sent).toEqual({
    status: 200,
    body: { recipient_id: psid, message_id: expect.stringMatching(/^m_/) as string },
  });
  expect(sim.received(who)).toEqual(['hello']);
  await sim.settled();
  const body = JSON.parse(webhook.hits[0]!.body) as { entry: { messaging: Record<string, unknown>[] }[] };
  expect(body.entry[0]?.messaging[0]).toMatchObject({
    sender: { id: page.id },
    recipient: { id: psid },
    message: { is_echo: true, app_id: Number(page.appId), metadata: 'out-1', mid: sent.body.message_id, text: 'hello' },
  });
});

test.each<[string, object, number, number | undefined]>([
  ['an unknown person', { recipient: { id: '7000000000000000' } }, 100, 2018001],
  ['no recipient', { recipient: undefined }, 100, undefined],
  ['no messaging_type', { messaging_type: undefined }, 100, undefined],
  ['a retired tag', { messaging_type: 'MESSAGE_TAG', tag: 'ACCOUNT_UPDATE' }, 100, undefined],
  ['an empty message', { message: { text: '  ' } }, 100, 2018034],
  ['a text of 2001', { message: { text: 'x'.repeat(2001) } }, 100, undefined],
  ['long metadata', { message: { text: 'x', metadata: 'x'.repeat(1001) } }, 100, undefined],
  ['a long quick reply', { message: { text: 'x', quick_replies: [{ title: 'x'.repeat(21) }] } }, 100, undefined],
])('%s is refused', async (_, change, code, subcode) => {
  const { who, send } = await aConversation();
  expect(await send(change)).toMatchObject({ status: 400, ...error(code, subcode) });
  expect(sim.received(who)).toEqual([]);
});

test('a text of 2000 is taken', async () => {
  const { send } = await aConversation();
  expect((await send({ message: { text: 'x'.repeat(2000) } })).status).toBe(200);
});

test.each<[string, number, object, boolean]>([
  ['within 24 hours', 23.9, {}, true],
  ['after 24 hours', 24.1, {}, false],
  ['after 24 hours by a human agent', 24.1, { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }, true],
  ['after 7 days by a human agent', 169, { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }, false],
])('the window: %s', async (_, hoursAgo, change, open) => {
  const { send } = await aConversation(hoursAgo);
  const answer = await send(change);
  if (open) expect(answer.status).toBe(200);
  else expect(answer).toMatchObject({ status: 400, ...error(10, 2018278) });
});

test('who blocked the Page gets nothing', async () => {
  const { who, send } = await aConversation();
  sim.customerBlocks(who);
  expect(await send()).toMatchObject(error(551, 1545041));
});

test('a sender action is no message', async () => {
  const { psid, who, send } = await aConversation();
  const action = { sender_action: 'typing_on', message: undefined, messaging_type: undefined };
  expect((await send(action)).body).toEqual({ recipient_id: psid });
  expect(sim.conversation(who)).toEqual([]);
});

test('tokens: none, unknown, without or with a wrong proof, of another Page, revoked', async () => {
  const { page, send } = await aConversation();
  const other = sim.createPage();
  const me = (query: string) => call(sim, `/v26.0/me?${query.toString()}`);
  expect(await me('')).toMatchObject(error(104));
  expect(await me('access_token=EAAnothing')).toMatchObject({ status: 401, ...error(190) });
  expect(await me(`access_token=${page.token}`)).toMatchObject(error(100));
  expect(await me(`access_token=${page.token}&appsecret_proof=${proofOf('wrong', page.token)}`)).toMatchObject(
    error(100),
  );
  expect(await me(page.auth)).toMatchObject({ status: 200, body: { id: page.id, name: page.name } });
  expect(await call(sim, `/v26.0/${other.id}/messages?${page.auth}`, {})).toMatchObject(error(100, 33));
  sim.revokeToken({ messenger: 'facebook', account: page.id });
  expect(await send()).toMatchObject({ status: 401, ...error(190, 460) });
});

test('the token may stand in the Authorization header', async () => {
  const page = sim.createPage();
  const headers = { authorization: `Bearer ${page.token}` };
  const proof = proofOf(page.appSecret, page.token);
  const answer = await fetch(`${sim.url}/v26.0/me?appsecret_proof=${proof}`, { headers });
  expect(await answer.json()).toMatchObject({ id: page.id });
});

test('subscribed_apps: the list is replaced, an unknown field fails the call, it can be removed', async () => {
  const page = await aConnectedPage(sim, webhook.url, 'messages,message_echoes');
  const path = `/v26.0/${page.id}/subscribed_apps?${page.auth}`;
  const fields = async () => (await call(sim, path)).body.data;
  expect(await fields()).toMatchObject([{ id: page.appId, subscribed_fields: ['messages', 'message_echoes'] }]);
  expect((await call(sim, `${path}&subscribed_fields=messages`, {})).body).toEqual({ success: true });
  expect(await call(sim, `${path}&subscribed_fields=messages,pigeons`, {})).toMatchObject(error(100));
  expect(await call(sim, path, {})).toMatchObject(error(100));
  expect(await fields()).toMatchObject([{ subscribed_fields: ['messages'] }]);
  await fetch(sim.url + path, { method: 'DELETE' });
  expect(await fields()).toEqual([]);
});

test('only what both the Page and the app subscribed is sent', async () => {
  const page = await aConnectedPage(sim, webhook.url, 'messages,message_reads');
  const who = { messenger: 'facebook', account: page.id, person: 'A' } as const;
  expect(sim.customerReads(who)?.state).toBe('pending');
  await sim.setCallback({ app: page.appId, url: webhook.url, verifyToken: 'word', fields: ['messages'] });
  expect(sim.customerReads(who)?.state).toBe('unsubscribed');
  expect(sim.customerWrites({ ...who, text: 'hi' }).state).toBe('pending');
});

test('several events go in one call', async () => {
  const page = await aConnectedPage(sim, webhook.url);
  const messaging = ['a', 'b', 'c'].map((text) => ({ sender: { id: '1' }, message: { mid: `m_${text}`, text } }));
  sim.sendPageEvents({ account: page.id, messaging });
  await sim.settled();
  expect(webhook.hits).toHaveLength(1);
  expect(webhook.texts).toEqual(['a', 'b', 'c']);
});

test('the app’s subscription is taken only when the handshake succeeds while the call runs', async () => {
  const app = sim.createApp();
  const query = new URLSearchParams({
    object: 'page',
    callback_url: webhook.url,
    verify_token: 'word',
    fields: 'messages',
    access_token: app.token,
  });
  const path = `/v26.0/${app.id}/subscriptions`;
  webhook.challenge = () => 'something else';
  expect(await call(sim, `${path}?${query.toString()}`, {})).toMatchObject(error(2200));
  expect((await call(sim, `${path}?access_token=${encodeURIComponent(app.token)}`)).body.data).toEqual([]);
  webhook.challenge = (challenge) => challenge;
  expect((await call(sim, `${path}?${query.toString()}`, {})).body).toEqual({ success: true });
  expect((await call(sim, `${path}?access_token=${encodeURIComponent(app.token)}`)).body.data).toMatchObject([
    { object: 'page', callback_url: webhook.url, fields: [{ name: 'messages' }] },
  ]);
});

test('sign-in: code → short-lived → long-lived → Page tokens, page by page', async () => {
  const app = sim.createApp();
  const pages = [sim.createPage({ app: app.id }), sim.createPage({ app: app.id }), sim.createPage({ app: app.id })];
  const redirectUri = 'https://chat.example.com/back';
  const code = sim.signInCode({ app: app.id, redirectUri });
  const client = `client_id=${app.id}&client_secret=${app.secret}`;
  const exchange = (query: string) => call(sim, `/v26.0/oauth/access_token?${client}&${query}`);
  expect(await exchange(`code=${code}&redirect_uri=https://elsewhere.example.com`)).toMatchObject(error(191));
  const short = await exchange(`code=${code}&redirect_uri=${redirectUri}`);
  expect(short.body.expires_in).toBeLessThanOrEqual(7_200);
  expect(await exchange(`code=${code}&redirect_uri=${redirectUri}`)).toMatchObject(error(100, 36009));
  const long = await exchange(`grant_type=fb_exchange_token&fb_exchange_token=${short.body.access_token as string}`);
  expect(long.body.expires_in).toBeGreaterThan(5_000_000);
  const token = long.body.access_token as string;
  const proof = proofOf(app.secret, token);
  let next: string | undefined = `/v26.0/me/accounts?limit=2&access_token=${token}`;
  const found: string[] = [];
  while (next) {
    const { body } = await call(sim, `${next.replace(sim.url, '')}&appsecret_proof=${proof}`);
    found.push(...(body.data as { id: string }[]).map(({ id }) => id));
    next = (body.paging as { next?: string }).next;
  }
  expect(found).toEqual(pages.map(({ id }) => id));
});

test('debug_token tells of living and dead tokens', async () => {
  const page = sim.createPage();
  const asker = encodeURIComponent(`${page.appId}|${page.appSecret}`);
  const ask = async (token: string) =>
    (await call(sim, `/v26.0/debug_token?input_token=${token}&access_token=${asker}`)).body.data;
  expect(await ask(page.token)).toMatchObject({
    app_id: page.appId,
    type: 'PAGE',
    is_valid: true,
    expires_at: 0,
    profile_id: page.id,
    scopes: ['pages_show_list', 'pages_messaging', 'pages_manage_metadata'],
  });
  sim.revokeToken({ messenger: 'facebook', account: page.id, subcode: 463 });
  expect(await ask(page.token)).toMatchObject({ is_valid: false, error: { code: 190, subcode: 463 } });
  expect(await ask('nothing')).toMatchObject({ is_valid: false, error: { code: 190 } });
});

test('a person is known by name to the Pages they met, and to no other', async () => {
  const { page, psid } = await aConversation();
  const answer = await call(sim, `/v26.0/${psid}?fields=name,first_name&${page.auth}`);
  expect(answer.body).toEqual({ id: psid, name: 'Iryna Lys', first_name: 'Iryna' });
  const other = await aConnectedPage(sim, webhook.url);
  expect(await call(sim, `/v26.0/${psid}?fields=name&${other.auth}`)).toMatchObject(error(100, 33));
});
