import { eventually } from '#database';
import type { SendVerdict } from '#messenger-kit';
import { openOutboxHouse, type OutboxHouse } from '../testing/outbox-house.js';
import { sent } from '../testing/scripted-messenger.js';
import { Expiry } from './expiry.js';

/** Real: PostgreSQL, leases, clocks. Scripted: a network that knows what it took by our id. */
let house: OutboxHouse;

beforeAll(async () => {
  house = await openOutboxHouse({ expireAfterMs: 3_600_000, callTimeoutMs: 1_000 });
});
afterAll(() => house.close());
beforeEach(() => {
  house.scripted.calls.length = 0;
  house.scripted.repeatableForMs = 86_400_000;
});

const becomes = (id: string, status: string) => eventually(async () => (await house.statusOf(id)) === status);
const callsOf = (text: string) => house.scripted.calls.filter((call) => call.text === text);
const WAIT: SendVerdict = {
  kind: 'rejected',
  class: 'retryAfter',
  code: '429',
  sentence: 'Slower.',
  retryAfterMs: 60_000,
};
const UNKNOWN: SendVerdict = { kind: 'unknown', sentence: 'No answer.' };

it('a lost answer is found out by sending the same once more, where the network would know it', async () => {
  house.scripted.answer = ({ id }) => (house.scripted.calls.length === 1 ? UNKNOWN : sent(id));
  const chat = await house.aChat();
  const id = await house.send(chat, 'again');
  const next = await house.send(chat, 'next');
  await becomes(next, 'sent');
  expect(await house.statusOf(id)).toBe('sent');
  expect(house.scripted.texts()).toEqual(['again', 'again', 'next']);
  expect(new Set(callsOf('again').map((call) => call.id))).toEqual(new Set([id]));
});

it('what may have got through is unconfirmed, not failed or expired, when no further try helps', async () => {
  const doubtful = async (text: string, then: SendVerdict) => {
    house.scripted.answer = () => (callsOf(text).length === 1 ? UNKNOWN : then);
    return house.send(await house.aChat(), text);
  };
  const refused = await doubtful('refused', { kind: 'rejected', class: 'permanent', code: '400', sentence: 'No.' });
  await becomes(refused, 'unconfirmed');
  const held = await doubtful('held', WAIT);
  await eventually(() => callsOf('held').length === 2);
  await becomes(held, 'queued');
  await house.database.rows(`UPDATE messages SET received_at = now() - interval '61 minutes' WHERE id = $1`, [held]);
  await house.get(Expiry).expireAll();
  expect(await house.statusOf(held)).toBe('unconfirmed');
});

it.each([
  ['by now', '31 minutes'],
  ['until the call is over', '29 minutes 30 seconds'],
])('what the network would %s take for another message is not sent again', async (_, ago) => {
  house.scripted.repeatableForMs = 30 * 60_000;
  house.scripted.answer = async ({ id }) => {
    await house.database.rows(`UPDATE messages SET received_at = now() - $2::interval WHERE id = $1`, [id, ago]);
    return UNKNOWN;
  };
  const id = await house.send(await house.aChat(), `too late ${ago}`);
  await becomes(id, 'unconfirmed');
  expect(callsOf(`too late ${ago}`)).toHaveLength(1);
});
