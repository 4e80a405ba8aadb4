import { createHmac } from 'node:crypto';
import { aScriptedServer, type ScriptedServer } from '../libs/messenger-kit/testing.js';
import type { Api } from './support/api.js';
import { eventually } from './support/eventually.js';
import { openHouse, type House } from './support/house.js';
import { chatWith, messagesOf, type ChatView, type LedgerView } from './support/views.js';

/**
 * The generic HTTP messenger, and messages handed in by programs, through the public door.
 * Real: the built server, PostgreSQL, sockets. The integrator is a server on loopback that follows a script.
 */
interface Registered {
  readonly id: string;
  readonly source: string;
  readonly webhookUrl: string;
  readonly secrets: { readonly inboundSecret: string; readonly outboundSecret: string } | null;
}
interface Received {
  readonly outcome: string;
  readonly duplicate: boolean;
  readonly messageId: string;
  readonly chatId: string;
  readonly seq: number;
}

let integrator: ScriptedServer;
let house: House;
let channel: Registered;
let agent: Api;
let program: Api;
let calls = 0;

beforeAll(async () => {
  integrator = await aScriptedServer(() => ({ status: 200, body: `{"externalId":"out-${++calls}"}` }));
  house = await openHouse({ agents: 1, env: { PARLEY_HTTP_ALLOWED_ORIGINS: integrator.url } });
  agent = house.team.agents[0]!.api;
  channel = await house.team.admin.created<Registered>('/v1/channels', order());
  const { secret } = await house.team.admin.created<{ secret: string }>('/v1/api-keys', {
    name: 'feed',
    role: 'admin',
  });
  program = house.server.api.as(secret);
}, 120_000);
afterAll(async () => {
  await house?.close();
  await integrator.close();
});

const order = () => ({
  messenger: 'http',
  queueId: house.team.queueId,
  name: 'Web shop',
  credentials: { url: `${integrator.url}/from-parley` },
});

function proof(secret: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

async function tell(events: object, secret = channel.secrets!.inboundSecret): Promise<number> {
  const body = JSON.stringify(events);
  const timestamp = Math.floor(Date.now() / 1000).toString();
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': timestamp,
    'webhook-signature': proof(secret, 'msg_1', timestamp, body),
  };
  return (await fetch(channel.webhookUrl, { method: 'POST', headers, body })).status;
}

const aMessage = (externalId: string, text: string, person = 'anna-17') => {
  return { kind: 'message', externalId, sender: { externalId: person, name: 'Anna Petrenko' }, text };
};
const ledgerOf = (id: string) => house.team.admin.read<LedgerView>(`/v1/channels/${id}/ledger`);

async function accepted(text: string): Promise<ChatView> {
  const chat = await chatWith(agent, 'waiting', text);
  await agent.created(`/v1/chats/${chat.id}/accept`);
  return chat;
}

test('the secrets are shown once: not when the channel is repaired, read, or its registration repeated', async () => {
  expect(channel.secrets).toEqual({
    inboundSecret: expect.stringMatching(/^whsec_[\w+/]+=*$/) as string,
    outboundSecret: expect.stringMatching(/^whsec_[\w+/]+=*$/) as string,
  });
  const { admin } = house.team;
  expect(await admin.post('/v1/channels', order())).toMatchObject({ status: 200, body: { secrets: null } });
  const other = { ...order(), credentials: { url: `${integrator.url}/other` } };
  const headers = { 'idempotency-key': 'other-channel' };
  expect((await admin.post('/v1/channels', other, headers)).status).toBe(201);
  expect(await admin.post('/v1/channels', other, headers)).toMatchObject({
    status: 409,
    body: { code: 'already_done' },
  });
  expect(JSON.stringify(await admin.read(`/v1/channels/${channel.id}`))).not.toContain('whsec');
});

test('signed messages come in, answers go out signed, receipts come back', async () => {
  expect(await tell(aMessage('m-1', 'Is the oak lamp in stock?'))).toBe(200);
  expect(await tell(aMessage('m-1', 'Is the oak lamp in stock?'))).toBe(200);
  expect(await tell(aMessage('m-2', 'forged'), channel.secrets!.outboundSecret)).toBe(401);
  const chat = await accepted('Is the oak lamp in stock?');
  expect(chat).toMatchObject({ contact: { name: 'Anna Petrenko' }, lastSeq: 1 });
  await agent.created(`/v1/chats/${chat.id}/messages`, { text: 'Yes, three.', choices: [{ title: 'Reserve one' }] });
  const sent = await eventually(async () => (await messagesOf(agent, chat.id)).find((one) => one.status === 'sent'));
  const call = integrator.calls.find(({ body }) => body.includes('Yes, three.'))!;
  expect(JSON.parse(call.body)).toMatchObject({
    kind: 'message',
    id: sent.id,
    recipient: { externalId: 'anna-17' },
    choices: [{ title: 'Reserve one' }],
  });
  const [id, timestamp] = [String(call.headers['webhook-id']), String(call.headers['webhook-timestamp'])];
  expect(call.headers['webhook-signature']).toBe(proof(channel.secrets!.outboundSecret, id, timestamp, call.body));
  const news = [
    { kind: 'receipt', status: 'read', targets: [sent.externalId] },
    { kind: 'edit', target: 'm-1', at: new Date().toISOString(), text: 'Is the ash lamp in stock?' },
    { kind: 'message', externalId: 'm-3' },
  ];
  expect(await tell(news)).toBe(200);
  const messages = await eventually(async () => {
    const found = await messagesOf(agent, chat.id);
    return found.some(({ status }) => status === 'read') ? found : undefined;
  });
  expect(messages.map(({ text }) => text)).toEqual(expect.arrayContaining(['Is the ash lamp in stock?']));
  const { data } = await house.team.admin.read<{ data: { reason: string }[] }>(`/v1/channels/${channel.id}/quarantine`);
  expect(data.map(({ reason }) => reason)).toEqual(['sender_missing']);
  expect(await ledgerOf(channel.id)).toMatchObject({ received: 5, stored: 3, duplicate: 1, quarantined: 1 });
});

test('a refusal of the integrator is a failed message with its sentence', async () => {
  await tell(aMessage('r-1', 'Refuse me', 'bohdan'));
  const chat = await accepted('Refuse me');
  const before = integrator.script;
  integrator.script = () => ({ status: 422, body: '{"code":"no_number","sentence":"There is no such number"}' });
  await agent.created(`/v1/chats/${chat.id}/messages`, { text: 'Hello' });
  const failed = await eventually(async () =>
    (await messagesOf(agent, chat.id)).find((one) => one.status === 'failed'),
  );
  integrator.script = before;
  expect(failed.failure).toMatchObject({
    code: 'no_number',
    sentence: 'The connected system refused it: There is no such number.',
  });
});

describe('a message handed in with an API key', () => {
  const handIn = (body: object, api = program) => api.post<Received>('/v1/messages', body);
  const { kind: _, ...said } = aMessage('u-1', 'Handed in', 'carla');

  it('is stored once, however often and by whichever door it comes', async () => {
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => handIn({ channelId: channel.id, ...said })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const [first] = answers;
    expect(first!.body).toMatchObject({ outcome: 'stored', reason: null, seq: 1 });
    expect(new Set(answers.map(({ body }) => body.messageId)).size).toBe(1);
    expect((await handIn({ channelId: channel.id, ...said })).body).toEqual({ ...first!.body, duplicate: true });
    expect(await tell({ kind: 'message', ...said })).toBe(200);
    expect(await messagesOf(agent, first!.body.chatId)).toHaveLength(1);
    expect((await chatWith(agent, 'waiting', 'Handed in')).id).toBe(first!.body.chatId);
  });

  it('goes to the chat of the person on any messenger, and is known from a webhook', async () => {
    const { accounts, channels } = house.team;
    const person = 'Olha Rudenko';
    house.simulator.customerWrites({
      messenger: 'telegram',
      account: accounts.telegram,
      person,
      text: 'From the phone',
    });
    const chat = await chatWith(agent, 'waiting', 'From the phone');
    const [first] = await messagesOf(agent, chat.id);
    const externalId = first!.externalId!;
    const sender = { externalId: externalId.split(':')[0]! };
    const more = { channelId: channels.telegram, sender, externalId: 'imported-1', text: 'Imported' };
    expect((await handIn(more)).body).toMatchObject({ outcome: 'stored', duplicate: false, chatId: chat.id, seq: 2 });
    const known = await handIn({ ...more, externalId });
    expect(known.body).toMatchObject({ outcome: 'stored', duplicate: true, messageId: first!.id });
  });

  it('before its messenger brings it is the same message', async () => {
    const { accounts, channels } = house.team;
    const writes = (text: string) => {
      const account = accounts.telegram;
      house.simulator.customerWrites({ messenger: 'telegram', account, person: 'Taras Bilyk', text });
    };
    writes('The first');
    const chat = await chatWith(agent, 'waiting', 'The first');
    const [person, number] = (await messagesOf(agent, chat.id))[0]!.externalId!.split(':') as [string, string];
    const before = await ledgerOf(channels.telegram);
    const externalId = `${person}:${Number(number) + 1}`;
    const sender = { externalId: person };
    const early = await handIn({ channelId: channels.telegram, sender, externalId, text: 'The second' });
    expect(early.body).toMatchObject({ outcome: 'stored', chatId: chat.id, seq: 2 });
    writes('The second');
    writes('The third');
    await chatWith(agent, 'waiting', 'The third');
    expect((await messagesOf(agent, chat.id)).map(({ text }) => text)).toEqual([
      'The first',
      'The second',
      'The third',
    ]);
    const { ignored, quarantined, stored } = await ledgerOf(channels.telegram);
    expect({ ignored, quarantined, stored }).toEqual({
      ignored: before.ignored + 1,
      quarantined: before.quarantined,
      stored: before.stored + 2,
    });
  });

  it('is refused with what is wrong, to others than admins, and counted on an inactive channel', async () => {
    const body = { channelId: channel.id, ...said, externalId: 'u-2' };
    expect((await handIn(body, agent)).status).toBe(403);
    expect((await handIn(body, house.server.api)).status).toBe(401);
    expect(await handIn({ ...body, text: undefined })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/text', detail: 'content_missing' }] },
    });
    expect(await handIn({ ...body, sender: { externalId: '' } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/sender/externalId', detail: 'sender_external_id_missing' }] },
    });
    const attachments = [{ type: 'image' }, { type: 'location', location: { latitude: 1, longitude: 2, title: ' ' } }];
    expect(await handIn({ ...body, attachments: [...attachments, { type: 'image', name: '\n' }] })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/attachments/2/name', detail: 'attachments_name_invalid' }] },
    });
    expect((await handIn({ ...body, direction: 'outbound' })).status).toBe(422);
    const elsewhere = '0199a3c4-1111-7c2e-9b4d-2f6f3f0b8a11';
    expect(await handIn({ ...body, channelId: elsewhere })).toMatchObject({
      status: 422,
      body: { code: 'unknown_channel', errors: [{ pointer: '#/channelId' }] },
    });
    await house.team.admin.created(`/v1/channels/${channel.id}/deactivate`);
    await eventually(async () => (await handIn({ ...body, externalId: `u-${Date.now()}` })).body.outcome === 'refused');
    await house.team.admin.created(`/v1/channels/${channel.id}/activate`);
  });
});
