import { aPicture } from '../apps/simulator/src/testing/samples.js';
import { openDesk } from './support/desk.js';
import { eventually } from './support/eventually.js';
import type { House } from './support/house.js';
import { anInstagramAccountOf } from './support/team.js';
import { upload } from './support/upload.js';
import { chatWith, messagesOf, messageWith, type ChatView, type MessageView } from './support/views.js';

/** Real: the built server, PostgreSQL, sockets. Simulated: Instagram. What other messengers do not have. */
let house: House;
let account: Awaited<ReturnType<typeof anInstagramAccountOf>>;

beforeAll(async () => {
  house = await openDesk();
  account = await anInstagramAccountOf(house.team, house.simulator);
}, 120_000);
afterEach(() => {
  house.simulator.clearFaults();
  house.simulator.behave({ echo: 'with', echoDelayMs: 0, window: true });
});
afterAll(() => house?.close());

const api = () => house.team.agents[0]!.api;
const who = (person: string) => ({ messenger: 'instagram', account: account.account, person }) as const;

async function anOpenChat(person: string): Promise<ChatView> {
  house.simulator.customerWrites({ ...who(person), text: `Hello from ${person}` });
  const chat = await chatWith(api(), 'waiting', `Hello from ${person}`);
  await api().post(`/v1/chats/${chat.id}/accept`);
  return chat;
}

const say = (chat: ChatView, text: string, more: object = {}) =>
  api().created(`/v1/chats/${chat.id}/messages`, { text, ...more });
const outboundOf = async ({ id }: ChatView): Promise<MessageView[]> =>
  (await messagesOf(api(), id)).filter(({ direction }) => direction === 'outbound');

it('an echo that comes before the answer, and tells nothing of whose it is, makes no second message', async () => {
  house.simulator.behave({ echo: 'before' });
  const chat = await anOpenChat('Ann');
  const texts = Array.from({ length: 5 }, (_, number) => `Answer ${number}`);
  for (const text of texts) await say(chat, text);
  await messageWith(api(), chat.id, texts.at(-1)!, 'sent');
  await house.simulator.settled();
  house.simulator.colleagueWrites({ account: account.account, person: 'Ann', text: 'From the phone' });
  await messageWith(api(), chat.id, 'From the phone', 'sent');
  expect((await outboundOf(chat)).map(({ text, status }) => [text, status])).toEqual(
    [...texts, 'From the phone'].map((text) => [text, 'sent']),
  );
  expect(house.simulator.received(who('Ann'))).toEqual([...texts, 'From the phone']);
});

it.each(['before', 'with'] as const)(
  'an answer that was lost is proved by an echo with the same words, which came %s it, and not sent twice',
  async (echo) => {
    const person = `Bob ${echo}`;
    const chat = await anOpenChat(person);
    house.simulator.behave({ echo, echoDelayMs: echo === 'with' ? 300 : 0 });
    const match = { messenger: 'instagram', method: 'messages', text: 'Lost?' } as const;
    house.simulator.failCall({ match, effect: { kind: 'reset', processed: true } });
    await say(chat, 'Lost?');
    await say(chat, 'Next');
    await messageWith(api(), chat.id, 'Next', 'sent');
    expect((await outboundOf(chat)).map(({ text, status }) => [text, status])).toEqual([
      ['Lost?', 'sent'],
      ['Next', 'sent'],
    ]);
    expect(house.simulator.received(who(person))).toEqual(['Lost?', 'Next']);
  },
);

it('what was read is told by the last message, and covers those before it', async () => {
  const chat = await anOpenChat('Cleo');
  for (const text of ['One', 'Two']) await say(chat, text);
  await messageWith(api(), chat.id, 'Two', 'sent');
  await house.simulator.settled();
  house.simulator.customerReads(who('Cleo'));
  await messageWith(api(), chat.id, 'Two', 'read');
  await messageWith(api(), chat.id, 'One', 'read');
  await say(chat, 'Three');
  await messageWith(api(), chat.id, 'Three', 'sent');
});

it('an edit, a heart, a reaction, a reply to a story and what was unsent reach the chat', async () => {
  const chat = await anOpenChat('Dan');
  await say(chat, 'One');
  await messageWith(api(), chat.id, 'One', 'sent');
  house.simulator.customerReacts({ ...who('Dan'), emojis: ['🔥'] });
  house.simulator.customerEdits({ ...who('Dan'), text: 'Hello, edited' });
  house.simulator.customerSendsFile({ ...who('Dan'), ...aPicture, kind: 'sticker' });
  const story = { id: '18047263915580236', url: 'https://cdn.example.com/story' };
  house.simulator.customerSends({ ...who('Dan'), text: 'sizes?', content: { reply_to: { story } } });
  await eventually(async () => {
    const messages = await messagesOf(api(), chat.id);
    const reply = messages.find(({ text }) => text === 'sizes?');
    return (
      messages.some(({ text }) => text === 'Hello, edited') &&
      messages.some(({ text }) => text === '❤️') &&
      messages.some(({ reactions }) => reactions?.some(({ emoji }) => emoji === '🔥')) &&
      reply?.attachments[0]?.type === 'share'
    );
  });
  house.simulator.customerDeletes(who('Dan'));
  await eventually(async () => (await messagesOf(api(), chat.id)).some(({ deletedAt }) => Boolean(deletedAt)));
});

it('files come, and are fetched where they lie: images together, a long text in parts by its bytes', async () => {
  const chat = await anOpenChat('Eve');
  house.simulator.customerSendsFile({ ...who('Eve'), ...aPicture });
  await eventually(async () => (await messagesOf(api(), chat.id)).some(({ attachments }) => attachments[0]?.file?.url));
  const pdf = { name: 'bill.pdf', type: 'application/pdf', bytes: Buffer.from('%PDF-1.4 sample') };
  const files = [];
  for (const file of [aPicture, { ...aPicture, name: 'b.png' }, pdf]) files.push((await upload(api(), file)).body.id);
  await say(chat, `${'ж'.repeat(400)} ${'б'.repeat(400)}`, { attachments: files });
  await eventually(async () => (await outboundOf(chat)).filter(({ status }) => status === 'sent').length === 4);
  const shown = house.simulator.conversation(who('Eve')).filter(({ from }) => from === 'business');
  expect(shown.map(({ text, files }) => text?.length ?? files?.map(({ type }) => type))).toEqual([
    400,
    400,
    ['image/png', 'image/png'],
    ['application/pdf'],
  ]);
});

it('a dead token stops the channel; signing in again, as the same account, lets its answers go', async () => {
  const chat = await anOpenChat('Fay');
  house.simulator.revokeToken({ messenger: 'instagram', account: account.account, subcode: 463 });
  await say(chat, 'Waiting');
  const { admin, queueId } = house.team;
  const healthIs = (wanted: string) =>
    eventually(async () => {
      const { health } = await admin.read<{ health: string }>(`/v1/channels/${account.channelId}`);
      return health === wanted;
    });
  await healthIs('needs_reauthorization');
  await messageWith(api(), chat.id, 'Waiting', 'queued');
  const { signInId, url } = await admin.created<{ signInId: string; url: string }>(
    '/v1/channels/instagram/sign-in',
    {},
  );
  const back = house.simulator.instagram.decide(url, { account: account.account });
  expect((await fetch(back)).status).toBe(200);
  const offers = await admin.read<{ data: object[] }>(`/v1/channels/instagram/pages?signInId=${signInId}`);
  expect(offers.data).toMatchObject([{ source: account.account, choosable: true, channelId: account.channelId }]);
  const choice = { signInId, sources: [account.account], queueId };
  const chosen = await admin.post<{ data: object[] }>('/v1/channels/instagram/pages', choice);
  expect(chosen.body.data).toMatchObject([{ outcome: 'repaired', channel: { id: account.channelId, health: 'ok' } }]);
  await messageWith(api(), chat.id, 'Waiting', 'sent');
  const check = await admin.post<{ findings: { code: string; state: string }[] }>(
    `/v1/channels/${account.channelId}/check?repair=true`,
  );
  const states = check.body.findings.map(({ code, state }) => `${code} ${state}`);
  expect(states).toEqual(expect.arrayContaining(['credential ok', 'token_expiry unknown', 'account_subscription ok']));
});

it('a sign-in whose permissions were declined says what is missing', async () => {
  const { admin } = house.team;
  const { signInId, url } = await admin.created<{ signInId: string; url: string }>(
    '/v1/channels/instagram/sign-in',
    {},
  );
  const declined = ['instagram_business_manage_messages'];
  await fetch(house.simulator.instagram.decide(url, { account: account.account, declined }));
  const offers = await admin.read<{ data: object[] }>(`/v1/channels/instagram/pages?signInId=${signInId}`);
  expect(offers.data).toMatchObject([{ choosable: false, reason: { code: 'permission_declined' } }]);
});
