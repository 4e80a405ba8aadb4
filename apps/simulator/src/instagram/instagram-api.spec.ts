import { startSimulator, type Simulator } from '../simulator.js';
import type { Answered } from '../testing/connected.js';
import { aDocument, aPicture } from '../testing/samples.js';
import { Webhook } from '../testing/webhook.js';

/** Real: sockets on both sides. */
let simulator: Simulator;
let webhook: Webhook;
let app: { id: string; secret: string };
let account: { id: string; token: string };
const DAY = 24 * 3_600_000;

beforeEach(async () => {
  simulator = await startSimulator({ redelivery: { baseMs: 5 } });
  webhook = await Webhook.open();
  app = simulator.createInstagramApp();
  account = simulator.createInstagramAccount({ name: 'Corner store', username: 'corner.store' });
  await simulator.instagram.setCallback({ app: app.id, url: webhook.url, verifyToken: 'word' });
  const subscribed = 'messages,message_reactions,messaging_seen,message_edit,messaging_postbacks,messaging_referral';
  expect(await ask(`v26.0/${account.id}/subscribed_apps?subscribed_fields=${subscribed}`, {})).toMatchObject({
    body: { success: true },
  });
});
afterEach(async () => {
  await simulator.stop();
  await webhook.close();
});

async function ask(path: string, body?: unknown, token = account.token): Promise<Answered> {
  const response = await fetch(`${simulator.url}/instagram/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const who = (person = 'Iryna Lys') => ({ messenger: 'instagram', account: account.id, person }) as const;
const send = (message: object, more: object = {}) =>
  ask(`v26.0/${account.id}/messages`, { recipient: { id: simulator.personId(who()) }, message, ...more });
const came = () =>
  webhook.hits.flatMap(({ body }) => {
    const { object, entry } = JSON.parse(body) as {
      object: string;
      entry: { id: string; messaging: Record<string, unknown>[] }[];
    };
    expect([object, entry.map(({ id }) => id)]).toEqual(['instagram', [account.id]]);
    return entry.flatMap(({ messaging }) => messaging);
  });

test('what a person does comes signed with the secret of the Instagram app', async () => {
  simulator.customerWrites({ ...who(), text: 'Hi' });
  await simulator.settled();
  expect(webhook.hits[0]?.headers['x-hub-signature-256']).toMatch(/^sha256=[0-9a-f]{64}$/);
  simulator.customerEdits({ ...who(), text: 'Hi!' });
  simulator.customerSendsFile({ ...who(), ...aPicture, kind: 'sticker' });
  simulator.customerStarts(who());
  simulator.customerDeletes(who());
  await simulator.settled();
  expect(came()).toMatchObject([
    { message: { text: 'Hi', mid: expect.stringMatching(/^aWdf.{100,}/) as string } },
    { message_edit: { text: 'Hi!', num_edit: 1 } },
    { message: { attachments: [{ type: 'like_heart' }] } },
    { postback: { payload: 'ICE_BREAKER' } },
    { message: { is_deleted: true } },
  ]);
});

test('a message is shown on the phone, its echo names no app, and reading is told by its id', async () => {
  simulator.acquaint(who());
  const sent = await send({ text: 'Hello' });
  expect(sent).toMatchObject({ status: 200, body: { recipient_id: simulator.personId(who()) } });
  expect(simulator.received(who())).toEqual(['Hello']);
  simulator.customerReads(who());
  await simulator.settled();
  const mid = sent.body['message_id'];
  expect(came()).toMatchObject([
    { sender: { id: account.id }, message: { mid, is_echo: true, text: 'Hello' } },
    { read: { mid } },
  ]);
  expect(webhook.hits[0]?.body).not.toContain('app_id');
});

test.each<[string, object, object, object]>([
  ['that is too long in bytes', { text: 'ж'.repeat(501) }, {}, { code: 100 }],
  ['that is empty', {}, {}, { code: 100, error_subcode: 2018034 }],
  ['to a stranger', { text: 'x' }, { recipient: { id: '1' } }, { code: 100, error_subcode: 2534014 }],
  ['under a tag of old', { text: 'x' }, { messaging_type: 'MESSAGE_TAG', tag: 'ACCOUNT_UPDATE' }, { code: 100 }],
  ['of another type', { text: 'x' }, { messaging_type: 'UTILITY' }, { code: 100 }],
  [
    'with another reaction than love',
    { text: 'x' },
    { message: undefined, sender_action: 'react', payload: { reaction: '👍' } },
    { code: 100 },
  ],
  [
    'with a file from elsewhere',
    { attachment: { type: 'image', payload: { url: 'https://x.example/a.png' } } },
    {},
    { code: 100, error_subcode: 2018007 },
  ],
])('a message %s is refused', async (_, message, more, error) => {
  simulator.acquaint(who());
  const { status, body } = await send(message, more);
  expect([status, body['error']]).toEqual([400, expect.objectContaining(error)]);
  expect(simulator.received(who())).toEqual([]);
});

test('windows are kept, people who block cannot be reached, and another account’s token opens nothing', async () => {
  simulator.acquaint({ ...who(), at: Date.now() - 1.5 * DAY });
  expect(await send({ text: 'x' })).toMatchObject({ body: { error: { code: 10, error_subcode: 2534022 } } });
  const tagged = { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' };
  expect((await send({ text: 'x' }, tagged)).status).toBe(200);
  simulator.customerBlocks(who());
  expect(await send({ text: 'x' })).toMatchObject({ body: { error: { code: 551 } } });
  const other = simulator.createInstagramAccount();
  expect(await ask(`v26.0/${account.id}/subscribed_apps`, undefined, other.token)).toMatchObject({
    body: { error: { code: 100, error_subcode: 33 } },
  });
});

test('files are fetched where they lie, in the formats Instagram takes', async () => {
  simulator.acquaint(who());
  const at = (file: typeof aPicture | typeof aDocument) => {
    const stored = simulator.world.files.add(account.id, file);
    return `${simulator.url}/media/${stored.id}/x?oe=${Math.floor(stored.expiresAt / 1_000).toString(16)}`;
  };
  const image = { type: 'image', payload: { url: at(aPicture) } };
  expect((await send({ attachments: [image, image] })).status).toBe(200);
  expect((await send({ attachment: { type: 'file', payload: { url: at(aDocument) } } })).status).toBe(200);
  expect(await send({ attachment: { ...image, type: 'file' } })).toMatchObject({
    body: { error: { code: 100, error_subcode: 2018047 } },
  });
  expect(simulator.conversation(who()).map(({ files }) => files?.length)).toEqual([2, 1]);
});

test('me has two ids, and people are known once they wrote', async () => {
  const { body } = await ask('v26.0/me?fields=user_id,id,username');
  expect(body).toMatchObject({ user_id: account.id, username: 'corner.store' });
  expect(body['id']).not.toBe(account.id);
  const person = simulator.personId(who());
  expect((await ask(`v26.0/${person}?fields=name`)).status).toBe(400);
  simulator.customerWrites({ ...who(), text: 'Hi' });
  expect(await ask(`v26.0/${person}?fields=name,username`)).toMatchObject({
    body: { name: 'Iryna Lys', username: 'iryna.lys' },
  });
});

test('a code becomes a token once, that one a lasting one, and that one is renewed from its second day on', async () => {
  const back = 'https://chat.example.com/back';
  const query = {
    client_id: app.id,
    redirect_uri: back,
    response_type: 'code',
    scope: 'instagram_business_basic',
    state: 's',
  };
  const dialog = `${simulator.url}/instagram/oauth/authorize?${new URLSearchParams(query).toString()}`;
  expect(await (await fetch(dialog)).text()).toContain('corner.store');
  const returned = simulator.instagram.decide(dialog, { account: account.id });
  expect(returned).toMatch(/#_$/);
  const code = new URL(returned).searchParams.get('code')!;
  const exchange = (secret = app.secret) => {
    const form = {
      client_id: app.id,
      client_secret: secret,
      grant_type: 'authorization_code',
      redirect_uri: back,
      code,
    };
    return fetch(`${simulator.url}/instagram/oauth/access_token`, { method: 'POST', body: new URLSearchParams(form) });
  };
  expect(await (await exchange('wrong')).json()).toMatchObject({ error_type: 'OAuthException', code: 400 });
  const answered = await (await exchange()).text();
  expect(answered).toContain(`"user_id":${account.id},`);
  expect((await exchange()).status).toBe(400);
  const { access_token: short } = JSON.parse(answered) as { access_token: string };
  const lasting = await ask(
    `access_token?grant_type=ig_exchange_token&client_secret=${app.secret}&access_token=${short}`,
  );
  expect(lasting.body).toMatchObject({ expires_in: 60 * 86_400 });
  const renew = () =>
    ask(`refresh_access_token?grant_type=ig_refresh_token&access_token=${String(lasting.body['access_token'])}`);
  expect((await renew()).status).toBe(400);
  simulator.instagram.change({ account: account.id, issuedAt: Date.now() - DAY });
  expect((await renew()).body).toMatchObject({ expires_in: 60 * 86_400 });
  simulator.instagram.change({ account: account.id, isPrivate: true });
  expect((await renew()).status).toBe(400);
  simulator.instagram.change({ account: account.id, expiresAt: Date.now() });
  expect(await renew()).toMatchObject({ status: 401, body: { error: { code: 190, error_subcode: 463 } } });
});
