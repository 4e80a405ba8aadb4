import { Attachments } from '#attachments';
import { eventually } from '#database';
import { NotAskedError, type SendVerdict } from '#messenger-kit';
import { openOutboxHouse, type OutboxHouse } from '../testing/outbox-house.js';
import { sent } from '../testing/scripted-messenger.js';
import { ChannelTrouble } from './channel-trouble.js';

/** Real: PostgreSQL, leases, clocks. Scripted: a network that is away. */
let house: OutboxHouse;

beforeAll(async () => {
  house = await openOutboxHouse({ expireAfterMs: 3_600_000, callTimeoutMs: 1_000 });
});
afterAll(() => house.close());
beforeEach(() => {
  house.scripted.calls.length = 0;
});

const MANY = 60;
const becomes = (id: string, status: string) => eventually(async () => (await house.statusOf(id)) === status);
const held = async (channelId: string) =>
  (await house.database.rows('SELECT FROM outbox_holds WHERE channel_id = $1', [channelId])).length > 0;

async function chatsOfOneChannel(howMany: number) {
  const first = await house.aChat();
  const others = await Promise.all(Array.from({ length: howMany - 1 }, () => house.aChat(first.channelId)));
  return [first, ...others];
}

it.each<[string, SendVerdict]>([
  ['asks to come back', { kind: 'rejected', class: 'retryAfter', code: '503', sentence: 'Not now.' }],
  ['gives no answer', { kind: 'unknown', sentence: 'No answer.' }],
])('a messenger that %s to several chats in a row is left alone by all of its channel', async (_, verdict) => {
  house.scripted.answer = () => verdict;
  const chats = await chatsOfOneChannel(MANY);
  const { channelId } = chats[0]!;
  const ids = await Promise.all(chats.map((chat) => house.send(chat, 'away')));
  await eventually(() => held(channelId));
  expect(house.scripted.calls.length).toBeLessThan(MANY / 2);
  const elsewhere = await house.send(await house.aChat(), 'elsewhere');
  house.scripted.answer = ({ id }) => sent(id);
  await becomes(elsewhere, 'sent');
  for (const id of ids) {
    await eventually(async () => ['sent', 'unconfirmed'].includes(await house.statusOf(id)));
  }
});

it('what goes wrong in one chat holds up no other', async () => {
  const [bad, ...others] = await chatsOfOneChannel(4);
  house.scripted.answer = ({ id, text }) =>
    text === 'bad' ? { kind: 'rejected', class: 'retryAfter', code: '500', sentence: 'Try again.' } : sent(id);
  await house.send(bad!, 'bad');
  await eventually(() => house.scripted.calls.filter(({ text }) => text === 'bad').length >= 3);
  for (const chat of others) await becomes(await house.send(chat, 'good'), 'sent');
  expect(await held(bad!.channelId)).toBe(false);
});

it('files that cannot be read here say nothing of the messenger', async () => {
  const chats = await chatsOfOneChannel(6);
  const files = jest.spyOn(house.get(Attachments), 'files').mockRejectedValue(new Error('Connection terminated'));
  house.scripted.answer = ({ id }) => sent(id);
  const ids = await Promise.all(chats.map((chat) => house.send(chat, 'unready')));
  await eventually(() => files.mock.calls.length >= 6);
  files.mockRestore();
  for (const id of ids) await becomes(id, 'sent');
  expect(await held(chats[0]!.channelId)).toBe(false);
});

describe('how long it is left alone', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const AWAY = { error: new NotAskedError('ECONNREFUSED', 'Could not reach it') };
  const THERE = { verdict: { kind: 'rejected', class: 'permanent', code: '400', sentence: 'No.' } } as const;
  const laneOf = (chatId: string) => ({ chatId, channelId: 'channel', identityId: '', holder: '', attempts: 0 });

  it('twice as long each time, to a bound, and anew after any answer; calls under way tell nothing new', () => {
    const troubles = new ChannelTrouble();
    const away = (...chats: string[]) => chats.map((chat) => troubles.waitAfter(laneOf(chat), AWAY));
    expect(away('a', 'a', 'b', 'b', 'a')).toEqual([0, 0, 0, 0, 0]);
    expect(away('c', 'd', 'e')).toEqual([1_000, 0, 0]);
    const waits = Array.from({ length: 6 }, (_, round) => {
      jest.advanceTimersByTime(1_000 * 2 ** round);
      return away('a')[0];
    });
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(troubles.waitAfter(laneOf('f'), THERE)).toBe(0);
    expect(away('a', 'b', 'c')).toEqual([0, 0, 1_000]);
  });
});
