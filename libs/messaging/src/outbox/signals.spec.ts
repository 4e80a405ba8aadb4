import { eventually } from '#database';
import { openOutboxHouse, type OutboxHouse } from '../testing/outbox-house.js';
import { Acknowledgements } from './acknowledgements.js';
import { ChatSignals } from './chat-signals.js';

let house: OutboxHouse;
beforeAll(async () => (house = await openOutboxHouse()));
afterAll(() => house.close());
beforeEach(() => {
  house.scripted.requests.length = 0;
  house.scripted.request = () => ({ kind: 'done' });
});

const asked = () => house.scripted.requests.map(({ what }) => what);

it('shows the person that the holder writes, and nobody else’s typing', async () => {
  const chat = await house.aChat();
  await house.get(ChatSignals).type(chat.agent, chat.id);
  await eventually(() => asked().length === 1);
  expect(asked()).toEqual(['typing']);
  const stranger = await house.anAgent();
  await expect(house.get(ChatSignals).type(stranger, chat.id)).rejects.toMatchObject({ statusCode: 404 });
});

it('says so where the messenger cannot show typing', async () => {
  const chat = await house.aChat();
  const { powers } = house.scripted;
  house.scripted.powers = ['text'];
  await expect(house.get(ChatSignals).type(chat.agent, chat.id)).rejects.toMatchObject({ code: 'not_supported' });
  house.scripted.powers = powers;
});

it('shows what was seen, and bears a network that fails', async () => {
  const chat = await house.aChat();
  house.scripted.request = () => Promise.reject(new Error('refused'));
  house.get(ChatSignals).seen(chat.id);
  await eventually(() => asked().includes('mark_seen'));
  house.get(ChatSignals).seen('00000000-0000-7000-8000-000000000000');
});

it('shows nothing to who is talking with another system', async () => {
  const chat = await house.aChat();
  await house.hears(chat.id, 'Hi', { standby: true });
  await house.get(ChatSignals).type(chat.agent, chat.id);
  house.get(ChatSignals).seen(chat.id);
  const other = await house.aChat();
  house.get(ChatSignals).seen(other.id);
  await eventually(() => asked().length > 0);
  expect(asked()).toEqual(['mark_seen']);
});

it('a signal that would take a message’s turn is left out', async () => {
  const chat = await house.aChat();
  const { pace } = house.scripted;
  house.scripted.pace = { perSecond: 1000, perRecipient: { perSecond: 0.01, burst: 1 } };
  await house.get(ChatSignals).type(chat.agent, chat.id);
  await eventually(() => asked().length === 1);
  await house.get(ChatSignals).type(chat.agent, chat.id);
  house.scripted.pace = pace;
  house.get(ChatSignals).typing((await house.aChat()).id);
  await eventually(() => asked().length === 2);
  expect(asked()).toEqual(['typing', 'typing']);
});

it('acknowledges what was received: queued with its commit, asked again only when that can help', async () => {
  const chat = await house.aChat();
  const acknowledgements = house.get(Acknowledgements);
  const wanted = { channelId: chat.channelId, token: 'callback-7' };
  await house.database.transaction((tx) => acknowledgements.enqueue(tx, [wanted]));
  const jobs = await house.database.rows<{ max: number }>(
    `SELECT max_attempts AS max FROM graphile_worker.jobs WHERE task_identifier = 'messaging.acknowledge'`,
  );
  expect(jobs).toEqual([{ max: 3 }]);
  await acknowledgements.run(wanted);
  expect(house.scripted.requests).toEqual([{ what: 'acknowledge', value: 'callback-7' }]);
  house.scripted.request = () => ({ kind: 'unknown', sentence: 'No answer.' });
  await expect(acknowledgements.run(wanted)).rejects.toThrow('did not answer');
  house.scripted.request = () => ({ kind: 'rejected', class: 'permanent', code: '400', sentence: 'Too old.' });
  await acknowledgements.run(wanted);
  await expect(acknowledgements.run({ token: 'x' })).rejects.toThrow('names no channel');
});
