import { openDesk } from './support/desk.js';
import { eventually } from './support/eventually.js';
import type { House } from './support/house.js';
import { aNumberOf } from './support/team.js';
import { upload } from './support/upload.js';
import { chatWith, messagesOf, messageWith, type ChatView } from './support/views.js';

/** Real: the built server, PostgreSQL, sockets. Simulated: WhatsApp. What other messengers do not have. */
let house: House;
let number: Awaited<ReturnType<typeof aNumberOf>>;

beforeAll(async () => {
  house = await openDesk();
  number = await aNumberOf(house.team, house.simulator);
}, 120_000);
afterEach(() => {
  house.simulator.clearFaults();
  house.simulator.behave({ echo: 'with', deliveryReceipts: false, window: true });
});
afterAll(() => house?.close());

const api = () => house.team.agents[0]!.api;
const who = (person: string) => ({ messenger: 'whatsapp', account: number.account, person }) as const;

async function anOpenChat(person: string): Promise<ChatView> {
  house.simulator.customerWrites({ ...who(person), text: `Hello from ${person}` });
  const chat = await chatWith(api(), 'waiting', `Hello from ${person}`);
  await api().post(`/v1/chats/${chat.id}/accept`);
  return chat;
}

it('somebody who hides the phone is answered', async () => {
  house.simulator.createPerson({ id: 'kai', name: 'Kai', username: 'kai' });
  const chat = await anOpenChat('kai');
  await api().created(`/v1/chats/${chat.id}/messages`, { text: 'Hello Kai' });
  await messageWith(api(), chat.id, 'Hello Kai', 'sent');
  expect(house.simulator.received(who('kai'))).toEqual(['Hello Kai']);
  expect(house.simulator.ledger.calls.at(-1)?.body).toMatchObject({ recipient: house.simulator.personId(who('kai')) });
});

it('receipts, an edit, a reaction, a deletion and what a colleague wrote in the app reach the chat', async () => {
  house.simulator.behave({ deliveryReceipts: true });
  const chat = await anOpenChat('Ann');
  await api().created(`/v1/chats/${chat.id}/messages`, { text: 'One' });
  await messageWith(api(), chat.id, 'One', 'delivered');
  house.simulator.customerReads(who('Ann'));
  await messageWith(api(), chat.id, 'One', 'read');
  house.simulator.customerReacts({ ...who('Ann'), emojis: ['🔥'] });
  house.simulator.customerEdits({ ...who('Ann'), text: 'Hello, edited' });
  house.simulator.colleagueWrites({ ...who('Ann'), text: 'From the app' });
  await eventually(async () => {
    const messages = await messagesOf(api(), chat.id);
    const texts = messages.map(({ text }) => text);
    return (
      texts.includes('Hello, edited') &&
      texts.includes('From the app') &&
      messages.some((message) => message.reactions?.some(({ emoji }) => emoji === '🔥'))
    );
  });
  house.simulator.customerDeletes(who('Ann'));
  await eventually(async () => (await messagesOf(api(), chat.id)).some(({ deletedAt }) => Boolean(deletedAt)));
});

it('an answer that was lost is proved by the status, and not sent twice', async () => {
  const chat = await anOpenChat('Bob');
  const match = { messenger: 'whatsapp', method: 'messages', text: 'Lost?' } as const;
  house.simulator.behave({ echoDelayMs: 300 });
  house.simulator.failCall({ match, effect: { kind: 'reset', processed: true } });
  await api().created(`/v1/chats/${chat.id}/messages`, { text: 'Lost?' });
  await messageWith(api(), chat.id, 'Lost?', 'sent');
  house.simulator.behave({ echoDelayMs: 0 });
  expect(house.simulator.received(who('Bob'))).toEqual(['Lost?']);
});

it('what is wrong with the account is told to an admin who looks at the channel', async () => {
  const chat = await anOpenChat('Gus');
  const match = { messenger: 'whatsapp', method: 'messages', text: 'Unpaid' } as const;
  house.simulator.failCall({ match, effect: { kind: 'refuse', code: 131042 } });
  await api().created(`/v1/chats/${chat.id}/messages`, { text: 'Unpaid' });
  await messageWith(api(), chat.id, 'Unpaid', 'failed');
  interface Check {
    readonly findings: readonly object[];
  }
  const { findings } = await house.team.admin.created<Check>(`/v1/channels/${number.channelId}/check`);
  const sentence = expect.stringMatching(/failed: .*payment.*WhatsApp Manager\.$/) as string;
  expect(findings).toContainEqual(expect.objectContaining({ code: 'last_send', state: 'warning', sentence }));
});

it('a message that fails after it was accepted says why', async () => {
  const chat = await anOpenChat('Cleo');
  house.simulator.acquaint({ ...who('Cleo'), at: Date.now() - 25 * 3_600_000 });
  await api().created(`/v1/chats/${chat.id}/messages`, { text: 'Too late' });
  const failed = await messageWith(api(), chat.id, 'Too late', 'failed');
  expect(failed).toMatchObject({ failure: { code: '131047', sentence: expect.stringMatching(/24 hours/) as string } });
});

it('files come and go', async () => {
  const chat = await anOpenChat('Dan');
  const bytes = Buffer.from('%PDF-1.4 sample');
  const file = { kind: 'file', name: 'offer.pdf', type: 'application/pdf', bytes } as const;
  house.simulator.customerSendsFile({ ...who('Dan'), ...file, caption: 'My order' });
  const came = await eventually(async () => {
    const messages = await messagesOf(api(), chat.id);
    return messages.find(({ text, attachments }) => text === 'My order' && attachments[0]?.file?.url);
  });
  expect(came.attachments).toMatchObject([{ type: 'file', file: { name: 'offer.pdf', size: bytes.length } }]);
  const { body } = await upload(api(), { name: 'bill.pdf', type: 'application/pdf', bytes });
  await api().created(`/v1/chats/${chat.id}/messages`, { text: 'Your bill', attachments: [body.id] });
  await messageWith(api(), chat.id, 'Your bill', 'sent');
  expect(house.simulator.conversation(who('Dan')).at(-1)).toMatchObject({
    text: 'Your bill',
    files: [{ name: 'bill.pdf' }],
  });
});

it('reading and typing show on the phone', async () => {
  const chat = await anOpenChat('Eve');
  await api().post(`/v1/chats/${chat.id}/read`, {});
  await eventually(() => house.simulator.phone(who('Eve')).seenAt !== undefined);
  await api().post(`/v1/chats/${chat.id}/typing`);
  await eventually(() => house.simulator.phone(who('Eve')).typing);
});

it('a dead token stops the channel, and its answers wait', async () => {
  const chat = await anOpenChat('Fay');
  house.simulator.revokeToken({ messenger: 'whatsapp', account: number.account });
  await api().created(`/v1/chats/${chat.id}/messages`, { text: 'Waiting' });
  await eventually(async () => {
    const { health } = await house.team.admin.read<{ health: string }>(`/v1/channels/${number.channelId}`);
    return health === 'needs_reauthorization';
  });
  await messageWith(api(), chat.id, 'Waiting', 'queued');
});
