import type { SentEvent } from '../apps/simulator/src/ledger.js';
import { aPicture } from '../apps/simulator/src/testing/samples.js';
import { openDesk } from './support/desk.js';
import { eventually } from './support/eventually.js';
import type { House } from './support/house.js';
import { anOfficialAccountOf } from './support/team.js';
import { upload } from './support/upload.js';
import { chatWith, messagesOf, messageWith, type ChatView } from './support/views.js';

/** Real: the built server, PostgreSQL, sockets. Simulated: LINE. What other messengers do not have. */
let house: House;
let line: Awaited<ReturnType<typeof anOfficialAccountOf>>;

beforeAll(async () => {
  house = await openDesk();
  line = await anOfficialAccountOf(house.team, house.simulator);
}, 120_000);
afterEach(() => house.simulator.clearFaults());
afterAll(() => house?.close());

const api = () => house.team.agents[0]!.api;
const who = (person: string) => ({ messenger: 'line', account: line.account, person }) as const;
const pushes = (text: string) =>
  house.simulator.ledger.calls.filter((call) => call.method === 'push' && call.text === text);

async function anOpenChat(person: string): Promise<ChatView> {
  house.simulator.customerWrites({ ...who(person), text: `Hello from ${person}` });
  const chat = await chatWith(api(), 'waiting', `Hello from ${person}`);
  await api().post(`/v1/chats/${chat.id}/accept`);
  return chat;
}

interface Check {
  readonly state: string;
  readonly findings: readonly { code: string; state: string; sentence: string; advice: string | null }[];
}

async function found(code: string) {
  const { body } = await house.team.admin.post<Check>(`/v1/channels/${line.channelId}/check`);
  return body.findings.find((finding) => finding.code === code);
}

it.each([
  ['whose answer was lost', { kind: 'reset', processed: true }],
  ['that a failing LINE took all the same', { kind: 'status', status: 500, html: '<html>', processed: true }],
  ['that a failing LINE did not take', { kind: 'status', status: 503, json: { message: 'Later' }, processed: false }],
] as const)('a message %s is asked for again, and arrives once', async (what, effect) => {
  const chat = await anOpenChat(`Bob, ${what}`);
  const text = `Lost? ${what}`;
  house.simulator.failCall({ match: { messenger: 'line', method: 'push', text }, effect });
  await api().created(`/v1/chats/${chat.id}/messages`, { text });
  await messageWith(api(), chat.id, text, 'sent');
  expect(house.simulator.received(who(`Bob, ${what}`))).toEqual([text]);
  expect(pushes(text)).toHaveLength(2);
});

it('a text goes in one push with its files: a picture shown, a document by a link that opens', async () => {
  const chat = await anOpenChat('Dan');
  const bytes = Buffer.from('%PDF-1.4 sample');
  const pdf = await upload(api(), { name: 'bill.pdf', type: 'application/pdf', bytes });
  const png = await upload(api(), { name: 'lamp.png', type: 'image/png', bytes: aPicture.bytes });
  const attachments = [png.body.id, pdf.body.id];
  await api().created(`/v1/chats/${chat.id}/messages`, { text: 'Lamp and bill', attachments });
  await messageWith(api(), chat.id, 'Lamp and bill', 'sent');
  const shown = await eventually(() => {
    const answers = house.simulator.conversation(who('Dan')).filter(({ from }) => from === 'business');
    return answers[1]?.files && answers;
  });
  expect(shown).toMatchObject([{ text: 'Lamp and bill' }, { files: [{ name: 'lamp.png' }] }, {}]);
  const [name, link] = (shown[2]?.text ?? '').split('\n');
  expect(name).toBe('bill.pdf');
  expect(Buffer.from(await (await fetch(link!)).arrayBuffer())).toEqual(bytes);
  expect(pushes(`Lamp and bill\n${shown[2]?.text}`)).toHaveLength(1);
});

it('files, stickers and what is taken back come in', async () => {
  const chat = await anOpenChat('Eve');
  house.simulator.customerSendsFile({ ...who('Eve'), ...aPicture });
  house.simulator.customerSendsFile({ ...who('Eve'), ...aPicture, kind: 'sticker' });
  const types = await eventually(async () => {
    const files = (await messagesOf(api(), chat.id)).flatMap(({ attachments }) => attachments);
    return files.length === 2 && files.every(({ file }) => file?.url) && files.map(({ type }) => type);
  });
  expect(types).toEqual(['image', 'sticker']);
  house.simulator.customerDeletes(who('Eve'));
  await eventually(async () => (await messagesOf(api(), chat.id)).some(({ deletedAt }) => Boolean(deletedAt)));
});

it('a pressed choice comes back with its title and its payload', async () => {
  const chat = await anOpenChat('Fay');
  const choices = [{ title: 'Yes', payload: 'order-7:yes' }, { title: 'No' }];
  await api().created(`/v1/chats/${chat.id}/messages`, { text: 'Shall we?', choices });
  await messageWith(api(), chat.id, 'Shall we?', 'sent');
  house.simulator.customerPresses({ ...who('Fay'), title: 'Yes', payload: 'unused' });
  const pressed = await eventually(async () =>
    (await messagesOf(api(), chat.id)).find((message) => 'choice' in message && message.choice),
  );
  expect(pressed).toMatchObject({ text: 'Yes', choice: { title: 'Yes', payload: 'order-7:yes' } });
});

it('who blocks the account cannot be written to, until they take it back', async () => {
  const chat = await anOpenChat('Gil');
  const policy = async () =>
    (await api().read<ChatView & { sendPolicy: { allowed: boolean } }>(`/v1/chats/${chat.id}`)).sendPolicy;
  house.simulator.customerBlocks(who('Gil'));
  await eventually(async () => !(await policy()).allowed);
  house.simulator.customerUnblocks(who('Gil'));
  await eventually(async () => (await policy()).allowed);
});

it('the month’s messages are watched, and what exceeds them fails with that sentence', async () => {
  const chat = await anOpenChat('Hal');
  house.simulator.changeOfficialAccount({ account: line.account, quota: 200, used: 160 });
  expect(await found('quota')).toMatchObject({ state: 'warning' });
  house.simulator.changeOfficialAccount({ account: line.account, quota: 200, used: 200 });
  expect(await found('quota')).toMatchObject({ state: 'broken' });
  await api().created(`/v1/chats/${chat.id}/messages`, { text: 'One too many' });
  const failed = await messageWith(api(), chat.id, 'One too many', 'failed');
  expect(failed).toMatchObject({ failure: { code: '429', sentence: expect.stringContaining('this month') as string } });
  house.simulator.world.officialAccounts.require(line.account).quota = undefined;
});

it('a switch in LINE’s console is found', async () => {
  house.simulator.changeOfficialAccount({ account: line.account, useWebhook: false });
  expect(await found('use_webhook')).toMatchObject({
    state: 'broken',
    advice: expect.stringContaining('Console') as string,
  });
  house.simulator.changeOfficialAccount({ account: line.account, useWebhook: true });
  expect(await found('use_webhook')).toMatchObject({ state: 'ok' });
});

it('a wrong channel secret is found out before anything is changed at LINE', async () => {
  const { id, token, secret } = house.simulator.createOfficialAccount({ name: 'Second shop' });
  const register = (channelSecret: string) =>
    house.team.admin.post<{ code: string; detail: string }>('/v1/channels', {
      messenger: 'line',
      queueId: house.team.queueId,
      credentials: { channelAccessToken: token, channelSecret },
    });
  const refused = await register('another_secret_0123456789abcdef0');
  expect(refused).toMatchObject({ status: 422, body: { code: 'secret_wrong' } });
  expect(house.simulator.world.officialAccounts.require(id).endpoint).toBeUndefined();
  expect(await register(secret)).toMatchObject({ status: 201 });
  expect(await register('another_secret_0123456789abcdef0')).toMatchObject({
    status: 422,
    body: { code: 'secret_wrong' },
  });
});

it('what people write is taken at once while the account is connected again with a secret LINE does not sign with', async () => {
  const { credentials } = line;
  const order = {
    messenger: 'line',
    queueId: house.team.queueId,
    credentials: { ...credentials, channelSecret: 'mistyped_0123456789abcdef01234567' },
  };
  let refused: object | undefined;
  const registered = house.team.admin.post('/v1/channels', order).then((answer) => void (refused = answer));
  const written: SentEvent[] = [];
  await eventually(() => {
    written.push(house.simulator.customerWrites({ ...who(`Writer ${written.length}`), text: 'Hello' }));
    return refused !== undefined;
  });
  await registered;
  expect(refused).toMatchObject({ status: 422, body: { code: 'secret_wrong' } });
  await eventually(() => written.every(({ attempts }) => attempts.length > 0));
  expect(written.map(({ attempts }) => attempts[0]?.status)).toEqual(written.map(() => 200));
});

it('a secret that was issued anew is taken by connecting again', async () => {
  const { credentials, account, channelId } = line;
  const secret = 'issued_anew_0123456789abcdef0123';
  house.simulator.changeOfficialAccount({ account, secret });
  const rotated = await house.team.admin.post(`/v1/channels/${channelId}/secret`);
  expect(rotated).toMatchObject({ status: 409, body: { code: 'secret_of_messenger' } });
  const order = {
    messenger: 'line',
    queueId: house.team.queueId,
    credentials: { ...credentials, channelSecret: secret },
  };
  const again = await house.team.admin.post<{ id: string }>('/v1/channels', order);
  expect([again.status, again.body.id]).toEqual([200, channelId]);
  await anOpenChat('Ida');
});

it('a dead token stops the channel, and its answers wait', async () => {
  const chat = await anOpenChat('Joe');
  house.simulator.revokeToken({ messenger: 'line', account: line.account });
  await api().created(`/v1/chats/${chat.id}/messages`, { text: 'Waiting' });
  await eventually(async () => {
    const { health } = await house.team.admin.read<{ health: string }>(`/v1/channels/${line.channelId}`);
    return health === 'needs_reauthorization';
  });
  await messageWith(api(), chat.id, 'Waiting', 'queued');
});
