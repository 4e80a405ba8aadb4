import { createHmac, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from './support/eventually.js';
import { openHouse, type House } from './support/house.js';
import { rounds } from './support/rounds.js';
import { META_APP } from './support/server.js';
import {
  aNumberOf,
  anInstagramAccountOf,
  anOfficialAccountOf,
  aViberBotOf,
  PAGE,
  type TeamMessenger,
} from './support/team.js';
import { all, chatsOf, chatWith, messagesOf, type ChatView, type LedgerView } from './support/views.js';

/** Real: the built server, PostgreSQL, sockets. Simulated: the messengers' side of the webhooks. */
let house: House;

beforeAll(async () => {
  house = await openHouse({ agents: 1 });
}, 120_000);
afterAll(() => house?.close());

const supervisorView = () => house.team.admin;
const ledgerOf = (channelId: string) => supervisorView().read<LedgerView>(`/v1/channels/${channelId}/ledger`);
const ledger = (messenger: TeamMessenger) => ledgerOf(house.team.channels[messenger]);

/** Chats of everybody whose last message starts so. */
async function chatsSaying(start: string): Promise<ChatView[]> {
  const chats = await chatsOf(supervisorView(), 'all');
  return chats.filter((chat) => chat.lastMessage?.preview.startsWith(start));
}

function signed(body: string, secret = META_APP.secret): Record<string, string> {
  return { 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
}

async function facebookUrl(): Promise<string> {
  const { webhookUrl } = await supervisorView().read<{ webhookUrl: string }>(
    `/v1/channels/${house.team.channels.facebook}`,
  );
  return webhookUrl;
}

function pageEvents(events: { sender: string; mid: string; text?: unknown }[], page = PAGE): string {
  const messaging = events.map(({ sender, mid, text }) => ({
    sender: { id: sender },
    recipient: { id: page },
    timestamp: Date.now(),
    message: { mid, text },
  }));
  return JSON.stringify({ object: 'page', entry: [{ id: page, time: Date.now(), messaging }] });
}

async function post(url: string, body: string | Buffer, headers: Record<string, string>): Promise<number> {
  return (await fetch(url, { method: 'POST', body: new Uint8Array(Buffer.from(body)), headers })).status;
}

it('a message redelivered 50 times at once is one message', async () => {
  for (const messenger of ['telegram', 'facebook'] as const) {
    const before = await ledger(messenger);
    const text = `Only once, ${messenger}`;
    const account = house.team.accounts[messenger];
    const event = house.simulator.customerWrites({ messenger, account, person: 'Repeat Er', text });
    const chat = await chatWith(supervisorView(), 'all', text);
    const attempts = await house.simulator.redeliver(event, 50);
    expect(attempts.map(({ status }) => status)).toEqual(attempts.map(() => 200));
    expect((await messagesOf(supervisorView(), chat.id)).filter((message) => message.text === text)).toHaveLength(1);
    const after = await ledger(messenger);
    expect(after.stored - before.stored).toBe(1);
    expect(after.duplicate - before.duplicate).toBe(50);
  }
});

it('20 first messages of one new person at once leave one contact, one chat, 20 messages', async () => {
  const url = await facebookUrl();
  for (let round = 0; round < rounds(5, 50); round++) {
    const sender = `88${Date.now()}${round}`;
    const run = randomUUID();
    const bodies = Array.from({ length: 20 }, (_, n) =>
      pageEvents([{ sender, mid: `m_${run}_${n}`, text: `First ${run}` }]),
    );
    const statuses = await Promise.all(bodies.map((body) => post(url, body, signed(body))));
    expect(statuses).toEqual(statuses.map(() => 200));
    const chats = await chatsSaying(`First ${run}`);
    expect(chats).toHaveLength(1);
    const messages = await messagesOf(supervisorView(), chats[0]!.id);
    expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(chats[0]!.contact.id).toEqual(expect.any(String));
  }
});

it('forged, unsigned and foreign calls are refused and leave no trace', async () => {
  const before = await ledger('facebook');
  const url = await facebookUrl();
  const body = pageEvents([{ sender: '4711', mid: `m_${randomUUID()}`, text: 'Forged' }]);
  expect(await post(url, body, {})).toBe(401);
  expect(await post(url, body, signed(body, 'another secret'))).toBe(401);
  expect(await post(url, `${body} `, signed(body))).toBe(401);
  expect(await post(url, body, { 'x-hub-signature-256': 'sha256=zz' })).toBe(401);
  expect(await post(url.slice(0, -3) + 'abc', body, signed(body))).toBe(404);
  const { telegram } = house.team.accounts;
  const update = {
    update_id: 1,
    message: { message_id: 1, date: 1, chat: { id: 5, type: 'private' }, text: 'Forged' },
  };
  const raw = { messenger: 'telegram', account: telegram, body: JSON.stringify(update) } as const;
  expect(await house.simulator.sendRaw({ ...raw, signature: 'none' })).toMatchObject({ status: 401 });
  expect(await house.simulator.sendRaw({ ...raw, signature: 'wrong' })).toMatchObject({ status: 401 });
  expect(await ledger('facebook')).toEqual(before);
  expect(await chatsSaying('Forged')).toEqual([]);
});

it('what the database cannot hold does not harm its neighbours', async () => {
  const url = await facebookUrl();
  const run = randomUUID();
  const nasty = ['nul \u0000 inside', 'lone \ud800 surrogate', { an: 'object' }, 'x'.repeat(1_000_000), 12, null];
  const events = Array.from({ length: 100 }, (_, n) => ({
    sender: `99${n}`,
    mid: `m_${run}_${n}`,
    text: n % 10 === 5 ? nasty[((n / 10) % nasty.length) | 0] : `Good ${run} ${n}`,
  }));
  const body = pageEvents(events);
  expect(await post(url, body, signed(body))).toBe(200);
  const good = events.filter(({ text }) => typeof text === 'string' && text.startsWith('Good')).length;
  expect(await chatsSaying(`Good ${run}`)).toHaveLength(good);
  expectBalance(await ledger('facebook'));
});

it.each([
  ['no JSON at all', 'what?'],
  ['an empty body', ''],
  ['nesting of 10,000', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
  ['a foreign object', JSON.stringify({ object: 'whatever', entry: 7 })],
  ['__proto__', '{"object":"page","entry":[{"id":"1","__proto__":{"messaging":1},"messaging":{"__proto__":[]}}]}'],
  ['a page that is not ours', pageEvents([{ sender: '1', mid: 'm_foreign', text: 'Lost?' }], '999')],
])('an authentic call with %s is answered 200', async (_what, body) => {
  expect(await post(await facebookUrl(), body, signed(body))).toBe(200);
});

it('authentic events for an account that is no channel of ours are counted apart, account by account', async () => {
  const before = await ledger('facebook');
  for (const [source, events] of [
    ['998', 1],
    ['997', 2],
    ['998', 1],
  ] as const) {
    const told = Array.from({ length: events }, () => ({ sender: '1', mid: `m_${randomUUID()}`, text: 'Lost?' }));
    const body = pageEvents(told, source);
    expect(await post(await facebookUrl(), body, signed(body))).toBe(200);
  }
  const listed = await all<{ messenger: string; source: string }>(supervisorView(), '/v1/unclaimed-events?limit=1');
  const counted = listed.filter(({ source }) => ['997', '998'].includes(source));
  const lastAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/) as string;
  expect(counted).toEqual([
    { messenger: 'facebook', source: '997', events: 2, lastAt },
    { messenger: 'facebook', source: '998', events: 2, lastAt },
  ]);
  expect(await ledger('facebook')).toEqual(before);
  expect(await chatsSaying('Lost?')).toEqual([]);
});

it('ids of any length tell messages apart, and know them again', async () => {
  const run = randomUUID();
  const events = [1, 2].map((n) => ({
    sender: '775500',
    mid: `m_${run}${'x'.repeat(3_000)}${n}`,
    text: `Long id ${run} ${n}`,
  }));
  const body = pageEvents(events);
  for (let time = 0; time < 3; time++) expect(await post(await facebookUrl(), body, signed(body))).toBe(200);
  const [chat] = await chatsSaying(`Long id ${run}`);
  const messages = await messagesOf(supervisorView(), chat!.id);
  expect(messages.map(({ text }) => text)).toEqual(events.map(({ text }) => text));
  expectBalance(await ledger('facebook'));
});

it('an inactive channel refuses visibly, and takes again when it is active', async () => {
  const { telegram } = house.team.channels;
  const account = house.team.accounts.telegram;
  const before = await ledger('telegram');
  await supervisorView().created(`/v1/channels/${telegram}/deactivate`);
  house.simulator.customerWrites({ messenger: 'telegram', account, person: 'Early Bird', text: 'Anybody there?' });
  await house.simulator.settled();
  await eventually(async () => (await ledger('telegram')).refused === before.refused + 1);
  expect(await chatsSaying('Anybody there?')).toEqual([]);
  await supervisorView().created(`/v1/channels/${telegram}/activate`);
  house.simulator.customerWrites({ messenger: 'telegram', account, person: 'Early Bird', text: 'And now?' });
  await chatWith(supervisorView(), 'all', 'And now?');
});

it('every sample payload becomes messages or a counted outcome, and is answered 200', async () => {
  const number = await aNumberOf(house.team, house.simulator);
  const viber = await aViberBotOf(house.team, house.simulator);
  const line = await anOfficialAccountOf(house.team, house.simulator);
  const instagram = await anInstagramAccountOf(house.team, house.simulator);
  const accounts = { whatsapp: number.account, viber: viber.account, line: line.account, instagram: instagram.account };
  const account = { ...house.team.accounts, ...accounts };
  const others = { whatsapp: number.channelId, viber: viber.channelId, line: line.channelId };
  const channel = { ...house.team.channels, ...others, instagram: instagram.channelId };
  for (const messenger of ['telegram', 'facebook', 'whatsapp', 'instagram', 'viber', 'line'] as const) {
    const before = await ledgerOf(channel[messenger]);
    const folder = `libs/messengers/src/${messenger}/fixtures`;
    const files = readdirSync(folder).filter((file) => !file.startsWith('api-'));
    expect(files.length).toBeGreaterThanOrEqual(10);
    for (const file of files) {
      const body = readFileSync(`${folder}/${file}`);
      const { status } = await house.simulator.sendRaw({ messenger, account: account[messenger], body });
      expect({ file, status }).toEqual({ file, status: 200 });
    }
    const after = await ledgerOf(channel[messenger]);
    expect(after.quarantined).toBe(before.quarantined);
    expect(after.received - before.received).toBeGreaterThanOrEqual(files.length);
    expectBalance(after);
  }
  const chats = await chatsOf(supervisorView(), 'all');
  const texts = await Promise.all(chats.map((chat) => messagesOf(supervisorView(), chat.id)));
  const said = texts.flat().map((message) => message.text);
  // One file says it, another edits it, a third takes it back.
  expect(said).not.toContain('Good day, is the oak lamp there? 🙂 Füße: 4');
  expect(said).toContain('Вітаю! Чи є абажури M?');
});

it('the quarantine list is a list', async () => {
  expect(await all(supervisorView(), `/v1/channels/${house.team.channels.facebook}/quarantine`)).toEqual(
    expect.any(Array),
  );
});

function expectBalance({ received, stored, duplicate, ignored, refused, quarantined }: LedgerView): void {
  expect(stored + duplicate + ignored + refused + quarantined).toBe(received);
}
