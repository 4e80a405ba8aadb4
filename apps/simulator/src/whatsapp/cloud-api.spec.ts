import { proofOf } from '../meta/tokens.js';
import { startSimulator, type Simulator } from '../simulator.js';
import { call, type Answered } from '../testing/connected.js';
import { aDocument } from '../testing/samples.js';
import { Webhook } from '../testing/webhook.js';

/** Real: sockets on both sides. */
let simulator: Simulator;
let webhook: Webhook;
let number: { id: string; accountId: string; token: string };
let secret: string;

beforeEach(async () => {
  simulator = await startSimulator({ redelivery: { baseMs: 5 } });
  webhook = await Webhook.open();
  const app = simulator.createApp();
  secret = app.secret;
  number = simulator.createNumber({ app: app.id });
  const subscription = { object: 'whatsapp_business_account', callback_url: webhook.url, verify_token: 'word' };
  const appCall = `/v26.0/${app.id}/subscriptions?access_token=${app.token}`;
  expect(await call(simulator, appCall, { ...subscription, fields: 'messages,smb_message_echoes' })).toMatchObject({
    status: 200,
  });
  expect(await ask(`${number.accountId}/subscribed_apps`, {})).toMatchObject({ body: { success: true } });
});
afterEach(async () => {
  await simulator.stop();
  await webhook.close();
});

async function ask(path: string, body?: unknown, token = number.token): Promise<Answered> {
  const proof = proofOf(secret, token);
  const response = await fetch(`${simulator.url}/v26.0/${path}?appsecret_proof=${proof}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const who = (person = 'Iryna Lys') => ({ messenger: 'whatsapp', account: number.id, person }) as const;
const text = (to: object, more: object = {}) => {
  return ask(`${number.id}/messages`, {
    messaging_product: 'whatsapp',
    ...to,
    type: 'text',
    text: { body: 'Hello' },
    ...more,
  });
};
const recipient = () => ({ recipient: simulator.personId(who()) });
const came = () =>
  webhook.hits.flatMap(({ body }) => {
    const { entry } = JSON.parse(body) as {
      entry: { changes: { value: Record<string, Record<string, unknown>[]> }[] }[];
    };
    return entry.flatMap(({ changes }) => changes.map(({ value }) => value));
  });

test('what a person writes comes signed, with both ids; who has a user name hides the phone', async () => {
  simulator.createPerson({ id: 'kai', name: 'Kai', username: 'kai' });
  simulator.customerWrites({ ...who(), text: 'Hi' });
  simulator.customerWrites({ ...who('kai'), text: 'Hi' });
  await simulator.settled();
  expect(webhook.hits[0]?.headers['x-hub-signature-256']).toMatch(/^sha256=[0-9a-f]{64}$/);
  const [iryna, kai] = came().map(({ messages }) => messages![0]!);
  expect(iryna).toMatchObject({
    from: expect.stringMatching(/^44\d{10}$/) as string,
    from_user_id: simulator.personId(who()),
  });
  expect(Object.keys(kai!)).not.toContain('from');
});

test('a message is shown on the phone, and its statuses give back what was sent along', async () => {
  simulator.behave({ deliveryReceipts: true });
  simulator.customerWrites({ ...who(), text: 'Hi' });
  const sent = await text(recipient(), { biz_opaque_callback_data: 'our-id' });
  expect(sent).toMatchObject({ status: 200, body: { messages: [{ message_status: 'accepted' }] } });
  expect(simulator.received(who())).toEqual(['Hello']);
  simulator.customerReads(who());
  await simulator.settled();
  const statuses = came().flatMap((value) => value['statuses'] ?? []);
  expect(statuses.map(({ status }) => status)).toEqual(['sent', 'delivered', 'read']);
  expect(statuses.every((status) => status['biz_opaque_callback_data'] === 'our-id')).toBe(true);
});

test('after 24 hours a message is accepted, fails and is never shown', async () => {
  simulator.acquaint({ ...who(), at: Date.now() - 25 * 3_600_000 });
  expect((await text(recipient())).status).toBe(200);
  await simulator.settled();
  expect(came()).toMatchObject([{ statuses: [{ status: 'failed', errors: [{ code: 131047 }] }] }]);
  expect(simulator.received(who())).toEqual([]);
});

test.each<[string, () => Promise<Answered>, number]>([
  [
    'without the product',
    () => ask(`${number.id}/messages`, { to: '447700900463', type: 'text', text: { body: 'x' } }),
    100,
  ],
  ['to nobody', () => text({}), 100],
  ['to an unknown phone', () => text({ to: '447700900463' }), 131026],
  ['to an unknown id', () => text({ recipient: 'GB.1' }), 137000],
  ['that is too long', () => text(recipient(), { text: { body: 'x'.repeat(4_097) } }), 100],
  ['of an unknown kind', () => text(recipient(), { type: 'hologram', hologram: {} }), 131051],
  ['with a file nobody uploaded', () => text(recipient(), { type: 'image', image: { id: '7' } }), 131053],
  ['with four buttons', () => text(recipient(), { type: 'interactive', interactive: buttons(4) }), 100],
  ['with a wrong token', () => ask(`${number.id}/messages`, {}, 'EAAwrong'), 190],
])('a message %s is refused', async (_, send, code) => {
  simulator.customerWrites({ ...who(), text: 'Hi' });
  const answered = await send();
  expect(answered.status).toBeGreaterThanOrEqual(400);
  expect(answered.body).toMatchObject({ error: { code } });
});

const buttons = (count: number) => ({
  type: 'button',
  body: { text: 'Which?' },
  action: {
    buttons: Array.from({ length: count }, (_, n) => ({ type: 'reply', reply: { id: `${n}`, title: `${n}` } })),
  },
});

test('a button that is pressed comes back with its id, quoting its message', async () => {
  simulator.customerWrites({ ...who(), text: 'Hi' });
  await text(recipient(), { type: 'interactive', interactive: buttons(2) });
  simulator.customerPresses({ ...who(), title: '1', payload: '1' });
  await simulator.settled();
  expect(
    came()
      .flatMap((value) => value['messages'] ?? [])
      .at(-1),
  ).toMatchObject({
    context: { id: expect.stringMatching(/^wamid\./) as string },
    interactive: { button_reply: { id: '1', title: '1' } },
  });
});

test('a file comes in two steps, both with the token', async () => {
  const { messageId } = simulator.customerSendsFile({ ...who(), ...aDocument, caption: 'See' });
  expect(messageId).toMatch(/^wamid\./);
  await simulator.settled();
  const [{ document }] = came()[0]!['messages'] as [{ document: { id: string } }];
  const { url } = (await ask(document.id)).body as { url: string };
  expect((await fetch(url)).status).toBe(400);
  const found = await fetch(url, { headers: { authorization: `Bearer ${number.token}` } });
  expect(Buffer.from(await found.arrayBuffer())).toEqual(aDocument.bytes);
});

test('typing and seen need what the person wrote', async () => {
  const { messageId } = simulator.customerWrites({ ...who(), text: 'Hi' });
  const read = { messaging_product: 'whatsapp', status: 'read', typing_indicator: { type: 'text' } };
  expect((await ask(`${number.id}/messages`, { ...read, message_id: 'wamid.none' })).status).toBe(400);
  expect(await ask(`${number.id}/messages`, { ...read, message_id: messageId })).toMatchObject({
    body: { success: true },
  });
  expect(simulator.phone(who())).toMatchObject({ typing: true, seenAt: expect.any(Number) as number });
});

test('what a colleague writes in the app is echoed, and an account without our app tells nothing', async () => {
  simulator.customerWrites({ ...who(), text: 'Hi' });
  simulator.colleagueWrites({ ...who(), text: 'From the app' });
  await simulator.settled();
  expect(came().at(-1)).toMatchObject({ message_echoes: [{ text: { body: 'From the app' } }] });
  const other = simulator.createNumber();
  expect(simulator.customerWrites({ ...who(), account: other.id, text: 'Hi' })).toMatchObject({
    state: 'unsubscribed',
  });
});
