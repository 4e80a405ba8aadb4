import type { Api } from './support/api.js';
import { aCustomer, anOpenChat, openDesk } from './support/desk.js';
import type { House } from './support/house.js';
import { chatsOf, chatWith, type ChatView, messagesOf, messageWith } from './support/views.js';

/** Real: the built server, PostgreSQL, sockets, signed-in people. Simulated: the messengers. */
let house: House;
let anna: Api;
let bert: Api;

beforeAll(async () => {
  house = await openDesk({ agents: 2 });
  [anna, bert] = house.team.agents.map(({ api }) => api) as [Api, Api];
}, 120_000);
afterAll(() => house?.close());

interface Started {
  readonly chat: ChatView;
  readonly messages: readonly { readonly id: string; readonly text: string }[];
  readonly code: string;
  readonly detail: string;
  readonly holder: { readonly name: string } | null;
}

const start = (api: Api, body: object, headers: Record<string, string> = {}) =>
  api.post<Started>('/v1/chats', body, headers);

/** Somebody Anna had a chat with that is over; on Telegram unless said otherwise. */
async function anAcquaintance(messenger: 'telegram' | 'facebook' = 'telegram') {
  const who = aCustomer(house, messenger);
  const before = await anOpenChat(house, who);
  const { contact, channel } = await before.view();
  await before.close();
  const { identityId } = contact as unknown as { identityId: string };
  return { who, before, place: { channelId: channel.id, identityId } };
}

it('in a chat that an agent began nobody waited: reports count it, but none of its times but how long it lasted', async () => {
  const { place } = await anAcquaintance();
  const { admin, agents } = house.team;
  const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  const path = `/v1/reports/chats?from=${day(-1)}&to=${day(1)}&unit=all&by=agent`;
  const figures = async () => {
    const { data } = await admin.read<{ data: Record<string, unknown>[] }>(path);
    return data.find(({ id }) => id === agents[0]!.id)!;
  };
  const before = await figures();
  const { body } = await start(anna, { ...place, text: 'Your lamp is here' });
  await anna.post(`/v1/chats/${body.chat.id}/close`);
  const after = await figures();
  const timesOf = (row: object) => Object.entries(row).filter(([name]) => /^(waiting|accept|firstReply)/.test(name));
  expect(after.closed).toBe((before.closed as number) + 1);
  expect(timesOf(after)).toEqual(timesOf(before));
});

it('an agent writes first to somebody they know: the chat is theirs, and the message arrives', async () => {
  const { who, before, place } = await anAcquaintance();
  const { status, body } = await start(anna, { ...place, text: 'Your lamp is here' });
  expect(status).toBe(201);
  expect(body.chat).toMatchObject({
    status: 'in_progress',
    agent: { id: house.team.agents[0]!.id },
    previousChatId: before.chatId,
    lastMessage: { preview: 'Your lamp is here' },
    sendPolicy: { allowed: true },
  });
  expect(body.messages).toMatchObject([{ seq: 2, status: 'queued', text: 'Your lamp is here' }]);
  await messageWith(anna, body.chat.id, 'Your lamp is here', 'sent');
  expect(house.simulator.received(who)).toEqual(['Your lamp is here']);
  const lines = (await messagesOf(anna, body.chat.id)).map(({ direction, text }) => [direction, text]);
  expect(lines[0]).toEqual(['system', 'Agent 0 started the chat']);
  const { data } = await anna.read<{ data: object[] }>(`/v1/chats/${body.chat.id}/ownerships`);
  expect(data).toMatchObject([{ agent: { name: 'Agent 0' }, beganHow: 'started', endedHow: null }]);
  const audited = await house.team.admin.read<{ data: object[] }>(`/v1/audit?subjectId=${body.chat.id}`);
  expect(audited.data).toMatchObject([{ action: 'chat.started', actor: { name: 'Agent 0' } }]);
});

it('the same Idempotency-Key at once is one chat and one message', async () => {
  const { who, place } = await anAcquaintance();
  const request = { ...place, text: 'Only once' };
  const key = { 'idempotency-key': `start-${place.identityId}` };
  const answers = await Promise.all(Array.from({ length: 5 }, () => start(anna, request, key)));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
  expect(new Set(answers.map(({ body }) => body.chat.id)).size).toBe(1);
  await messageWith(anna, answers[0]!.body.chat.id, 'Only once', 'sent');
  expect(house.simulator.received(who)).toEqual(['Only once']);
});

it('several who start at once are one chat; the others hear who holds it as far as they may', async () => {
  const { who, place } = await anAcquaintance();
  await house.team.admin.put('/v1/me/state', { state: 'active' });
  const answers = await Promise.all(
    [anna, house.team.admin, anna, house.team.admin].map((api, n) => start(api, { ...place, text: `Try ${n}` })),
  );
  const won = answers.filter(({ status }) => status === 201);
  expect(won).toHaveLength(1);
  const { chat } = won[0]!.body;
  for (const { status, body } of answers.filter((answer) => answer !== won[0])) {
    expect([status, body.code]).toEqual([409, 'chat_open']);
  }
  const late = await start(house.team.admin, { ...place, text: 'Too late' });
  expect(late.body).toMatchObject({ chat: { id: chat.id, status: 'in_progress' }, holder: { name: chat.agent!.name } });
  await messageWith(house.team.admin, chat.id, won[0]!.body.messages[0]!.text, 'sent');
  expect(house.simulator.received(who)).toHaveLength(1);
});

it('whoever may not see the open chat hears only that there is one', async () => {
  const { place } = await anAcquaintance();
  const { body } = await start(anna, { ...place, text: 'Hello again' });
  await anna.created(`/v1/chats/${body.chat.id}/close`);
  await house.team.admin.put('/v1/me/state', { state: 'active' });
  await house.team.admin.created('/v1/chats', { ...place, text: 'The admin here' });
  const refused = await start(anna, { ...place, text: 'And me' });
  expect(refused).toMatchObject({ status: 409, body: { code: 'chat_open', chat: null, holder: null } });
});

it('what the messenger’s rules forbid is refused before anything is kept', async () => {
  const { who, place } = await anAcquaintance('facebook');
  await house.database.database.rows(
    `UPDATE chats SET last_inbound_at = now() - interval '8 days' WHERE identity_id = $1`,
    [place.identityId],
  );
  const before = await chatsOf(house.team.admin, 'all');
  const refused = await start(anna, { ...place, text: 'Anybody there?' });
  expect(refused).toMatchObject({ status: 409, body: { code: 'send_not_allowed' } });
  expect(refused.body.detail).toMatch(/24 hours|window|wrote/i);
  expect(await chatsOf(house.team.admin, 'all')).toHaveLength(before.length);
  expect(house.simulator.received(who)).toEqual([]);
});

it('within the messenger’s window it works there too', async () => {
  const { who, place } = await anAcquaintance('facebook');
  const { status, body } = await start(anna, { ...place, text: 'One more thing' });
  expect(status).toBe(201);
  await messageWith(anna, body.chat.id, 'One more thing', 'sent');
  expect(house.simulator.received(who)).toEqual(['One more thing']);
});

it('is refused for strangers, foreign channels, silence, an inactive agent and one at their limit', async () => {
  const { place } = await anAcquaintance();
  await anOpenChat(house, aCustomer(house, 'telegram'));
  const text = 'Hello';
  expect(await start(bert, { ...place, text })).toMatchObject({ status: 404, body: { code: 'not_found' } });
  const elsewhere = { ...place, channelId: house.team.channels.facebook };
  expect(await start(anna, { ...elsewhere, text })).toMatchObject({ status: 422, body: { code: 'unknown_channel' } });
  expect(await start(anna, { ...place, text: '  ' })).toMatchObject({ status: 422 });
  await anna.put('/v1/me/state', { state: 'inactive' });
  expect(await start(anna, { ...place, text })).toMatchObject({ status: 409, body: { code: 'agent_inactive' } });
  await anna.put('/v1/me/state', { state: 'active' });
  const mine = (await chatsOf(anna, 'mine')).filter(({ agent }) => agent !== null);
  await house.team.admin.changed(`/v1/agents/${house.team.agents[0]!.id}`, { chatLimit: Math.max(1, mine.length) });
  expect(await start(anna, { ...place, text })).toMatchObject({ status: 409, body: { code: 'limit_reached' } });
  await house.team.admin.changed(`/v1/agents/${house.team.agents[0]!.id}`, { chatLimit: 1000 });
  expect((await start(anna, { ...place, text })).status).toBe(201);
});

it('to a contact an agent knows they write on every messenger that person has, also where a colleague had the chats', async () => {
  const { place, before } = await anAcquaintance();
  const who = aCustomer(house, 'facebook');
  house.simulator.customerWrites({ ...who, text: `I am ${who.person}` });
  const { id } = await chatWith(bert, 'waiting', `I am ${who.person}`);
  const his = await bert.created<Started['chat']>(`/v1/chats/${id}/accept`);
  await bert.created(`/v1/chats/${id}/close`);
  const { identityId } = his.contact as unknown as { identityId: string };
  const there = { channelId: house.team.channels.facebook, identityId, text: 'Your lamp is here' };
  expect(await start(anna, there)).toMatchObject({
    status: 404,
    body: { code: 'not_found', errors: [{ pointer: '#/identityId' }] },
  });
  const into = (await before.view()).contact.id!;
  await house.team.admin.created(`/v1/contacts/${into}/merge`, { from: his.contact.id });
  const { identities } = await anna.read<{ identities: { id: string }[] }>(`/v1/contacts/${into}`);
  expect(identities.map((one) => one.id).sort()).toEqual([identityId, place.identityId].sort());
  const { status, body } = await start(anna, there);
  expect([status, body.chat.contact.id]).toEqual([201, into]);
  await messageWith(anna, body.chat.id, 'Your lamp is here', 'sent');
  expect(house.simulator.received(who)).toEqual(['Your lamp is here']);
  expect((await anna.get(`/v1/chats/${id}`)).status).toBe(404);
});

it('whoever blocked the account is not written to first, and through an inactive channel nobody is', async () => {
  const { who, place } = await anAcquaintance();
  const before = await chatsOf(house.team.admin, 'all');
  const path = `/v1/channels/${place.channelId}`;
  await house.team.admin.created(`${path}/deactivate`);
  const inactive = await start(anna, { ...place, text: 'Hello' });
  await house.team.admin.created(`${path}/activate`);
  expect(inactive).toMatchObject({ status: 409, body: { code: 'channel_inactive' } });
  house.simulator.customerBlocks(who);
  await house.simulator.settled();
  const refused = await start(anna, { ...place, text: 'Hello' });
  expect(refused).toMatchObject({
    status: 409,
    body: { code: 'send_not_allowed', detail: 'The contact blocked this account.' },
  });
  expect(await chatsOf(house.team.admin, 'all')).toHaveLength(before.length);
  expect(house.simulator.received(who)).toEqual([]);
});
