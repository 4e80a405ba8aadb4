import { Attachments } from '#attachments';
import { eventually } from '#database';
import type { SendVerdict } from '#messenger-kit';
import { withSlack } from '../testing/machine.js';
import { openOutboxHouse, type OutboxHouse } from '../testing/outbox-house.js';
import { sent } from '../testing/scripted-messenger.js';
import { Expiry } from './expiry.js';

/** Real: PostgreSQL, leases, clocks. Scripted: the network. */
let house: OutboxHouse;
const ECHO_WAIT_MS = 4_000;

beforeAll(async () => {
  house = await openOutboxHouse({ echoWaitMs: ECHO_WAIT_MS, expireAfterMs: 3_600_000, callTimeoutMs: 1_000 });
});
afterAll(() => house.close());
beforeEach(() => {
  house.scripted.calls.length = 0;
  house.scripted.answer = ({ id }) => sent(id);
  house.scripted.pace = { perSecond: 1000, perRecipient: { perSecond: 1000, burst: 1000 } };
  house.scripted.echoes = false;
  house.scripted.allowed = true;
});

const becomes = (id: string, status: string, withinMs?: number) =>
  eventually(async () => (await house.statusOf(id)) === status, withinMs);
const callsOf = (text: string) => house.scripted.calls.filter((call) => call.text === text);
const wait = (retryAfterMs: number, wholeChannel = false): SendVerdict => ({
  kind: 'rejected',
  class: 'retryAfter',
  code: '429',
  sentence: 'Slower.',
  retryAfterMs,
  wholeChannel,
});

/** Answers the first call with `first`, later ones as usual. */
function once(first: SendVerdict): void {
  house.scripted.answer = ({ id }) => (house.scripted.calls.length === 1 ? first : sent(id));
}

it('delivers a chat’s messages in order and says that a person wrote them', async () => {
  const chat = await house.aChat();
  const texts = ['one', 'two', 'three', 'four', 'five'];
  const ids = [];
  for (const text of texts) ids.push(await house.send(chat, text));
  await becomes(ids.at(-1)!, 'sent');
  expect(house.scripted.texts()).toEqual(texts);
  expect(house.scripted.calls.every(({ human }) => human)).toBe(true);
});

it('an answer dated ahead is a message of now: what is said next stands below it', async () => {
  house.scripted.answer = ({ id }) => ({ kind: 'sent', externalId: `ext-${id}`, sentAt: new Date('2099-01-01') });
  const id = await house.send(await house.aChat(), 'From the future');
  await becomes(id, 'sent');
  const of = `FROM messages m JOIN chats c ON c.id = m.chat_id WHERE m.id = $1`;
  const [row] = await house.database.rows(
    `SELECT m.sent_at <= now() AS said, c.last_message_at <= now() AS last ${of}`,
    [id],
  );
  expect(row).toEqual({ said: true, last: true });
});

it('obeys “retry after” within 10 %, and nothing overtakes the message that waits', async () => {
  once(wait(1_500));
  const chat = await house.aChat();
  await house.send(chat, 'first');
  const last = await house.send(chat, 'second');
  await becomes(last, 'sent');
  expect(house.scripted.texts()).toEqual(['first', 'first', 'second']);
  const [refused, obeyed] = callsOf('first');
  expect(obeyed!.at - refused!.at).toBeGreaterThanOrEqual(1_500);
  expect(obeyed!.at - refused!.at).toBeLessThan(withSlack(1_500));
});

it('a wait for the whole channel holds its other chats, on other nodes too, and no other channel', async () => {
  const other = await house.aNode();
  const [chat, elsewhere] = [await house.aChat(), await house.aChat()];
  const sibling = await house.aChat(chat.channelId);
  once(wait(1_500, true));
  const held = await house.send(chat, 'held');
  await eventually(() => callsOf('held').length === 1);
  await becomes(held, 'queued');
  const began = callsOf('held')[0]!.at;
  const [waiting, quick] = [await house.send(sibling, 'sibling'), await house.send(elsewhere, 'elsewhere')];
  await becomes(quick, 'sent');
  await becomes(waiting, 'sent');
  expect(callsOf('sibling')[0]!.at - began).toBeGreaterThanOrEqual(1_450);
  expect(callsOf('sibling')[0]!.at - began).toBeLessThan(withSlack(1_500));
  expect(callsOf('elsewhere')[0]!.at).toBeLessThan(callsOf('sibling')[0]!.at);
  await other.close();
});

it('keeps to the pace of a person within 10 %', async () => {
  house.scripted.pace = { perSecond: 1000, perRecipient: { perSecond: 2.5, burst: 1 } };
  const chat = await house.aChat();
  let last = '';
  for (let number = 0; number < 6; number++) last = await house.send(chat, `paced ${number}`);
  await becomes(last, 'sent');
  const { calls } = house.scripted;
  const took = calls.at(-1)!.at - calls[0]!.at;
  expect(took).toBeGreaterThanOrEqual(2_000 * 0.9);
  expect(took).toBeLessThan(withSlack(2_000));
});

it('keeps to the pace of a channel within 10 %, however many chats wait', async () => {
  house.scripted.pace = { perSecond: 20, perRecipient: { perSecond: 1, burst: 3 } };
  const first = await house.aChat();
  const chats = await Promise.all(Array.from({ length: 30 }, () => house.aChat(first.channelId)));
  const ids = await Promise.all([first, ...chats].map((chat) => house.send(chat, 'paced')));
  await eventually(() => house.scripted.calls.length === ids.length);
  const { calls } = house.scripted;
  const took = calls.at(-1)!.at - calls[0]!.at;
  expect(took).toBeGreaterThanOrEqual(1_500 * 0.9);
  expect(took).toBeLessThan(withSlack(1_500));
});

it('many slow channels delay no other', async () => {
  const slow = await Promise.all(Array.from({ length: 12 }, () => house.aChat()));
  const crowd = await Promise.all(slow.flatMap(({ channelId }) => [1, 2, 3].map(() => house.aChat(channelId))));
  const slowOnes = new Set(slow.map(({ channelId }) => channelId));
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  house.scripted.answer = async ({ id, channelId }) => {
    if (slowOnes.has(channelId)) await released;
    return sent(id);
  };
  const held: string[] = [];
  for (const chat of [...slow, ...crowd]) held.push(await house.send(chat, 'slow'));
  const quick = await house.aChat();
  await becomes(await house.send(quick, 'quick'), 'sent');
  release();
  // To the end: a call that comes later would be taken for the first one of the next test. On a busy machine one may have
  // taken longer than a call may take.
  const isOver = async (id: string) => ['sent', 'unconfirmed'].includes(await house.statusOf(id));
  for (const id of held) await eventually(() => isOver(id));
});

it('a message of unknown fate keeps its lane while its echo may come, and then frees it', async () => {
  house.scripted.echoes = true;
  once({ kind: 'unknown', sentence: 'No answer.' });
  const chat = await house.aChat();
  const lost = await house.send(chat, 'lost');
  const next = await house.send(chat, 'next');
  await becomes(lost, 'unconfirmed');
  await becomes(next, 'sent');
  expect(callsOf('lost')).toHaveLength(1);
  expect(callsOf('next')[0]!.at - callsOf('lost')[0]!.at).toBeGreaterThanOrEqual(ECHO_WAIT_MS);
});

it('an echo that proves the message frees the lane at once', async () => {
  house.scripted.echoes = true;
  once({ kind: 'unknown', sentence: 'No answer.' });
  const chat = await house.aChat();
  const lost = await house.send(chat, 'lost');
  const next = await house.send(chat, 'next');
  await becomes(lost, 'unconfirmed');
  await house.database.rows(`UPDATE messages SET status = 'sent', external_id = 'echo' WHERE id = $1`, [lost]);
  await becomes(next, 'sent');
  expect(callsOf('next')[0]!.at - callsOf('lost')[0]!.at).toBeLessThan(ECHO_WAIT_MS);
});

it('a call that never ends is unconfirmed after its time, and frees the lane', async () => {
  house.scripted.answer = ({ id, text }) => (text === 'hanging' ? new Promise(() => {}) : sent(id));
  const chat = await house.aChat();
  const hanging = await house.send(chat, 'hanging');
  await becomes(await house.send(chat, 'next'), 'sent');
  expect(await house.statusOf(hanging)).toBe('unconfirmed');
});

it('a worker that breaks after the network was asked sends nothing twice', async () => {
  house.scripted.answer = () => Promise.reject(new Error('An answer nobody foresaw'));
  const chat = await house.aChat();
  const id = await house.send(chat, 'broken');
  await becomes(id, 'unconfirmed');
  expect(callsOf('broken')).toHaveLength(1);
});

it('what could not be made ready here was not sent, and is tried again', async () => {
  const files = jest.spyOn(house.get(Attachments), 'files').mockRejectedValueOnce(new Error('Connection terminated'));
  const id = await house.send(await house.aChat(), 'unready');
  await becomes(id, 'sent');
  files.mockRestore();
  expect(callsOf('unready')).toHaveLength(1);
});

it('what the rules forbid by the time of its turn fails with their reason, and the network is not asked', async () => {
  once(wait(700));
  const chat = await house.aChat();
  const ids = [await house.send(chat, 'waits'), await house.send(chat, 'waits too')];
  await eventually(() => house.scripted.calls.length === 1);
  house.scripted.allowed = false;
  for (const id of ids) {
    await becomes(id, 'failed');
    const [message] = await house.database.rows('SELECT failure FROM messages WHERE id = $1', [id]);
    expect(message).toEqual({ failure: { code: 'window_closed', sentence: 'Too late.' } });
  }
  expect(house.scripted.texts()).toEqual(['waits']);
});

it('revoked credentials keep everything, and nothing is asked until they are renewed', async () => {
  const chat = await house.aChat();
  once({ kind: 'rejected', class: 'reauthorize', code: '401', sentence: 'Unauthorized.' });
  const id = await house.send(chat, 'kept');
  const healthIs = async (health: string) =>
    (await house.database.rows('SELECT 1 FROM channels WHERE id = $1 AND health = $2', [chat.channelId, health]))
      .length === 1;
  await eventually(() => healthIs('needs_reauthorization'));
  await becomes(id, 'queued');
  await house.database.rows(`UPDATE channels SET health = 'ok' WHERE id = $1`, [chat.channelId]);
  await becomes(id, 'sent');
  expect(callsOf('kept')).toHaveLength(2);
});

it('what waits too long expires, in channels that may not send as well', async () => {
  const chat = await house.aChat();
  await house.database.rows('UPDATE channels SET active = false WHERE id = $1', [chat.channelId]);
  const [old, young] = [await house.send(chat, 'old'), await house.send(chat, 'young')];
  await house.database.rows(`UPDATE messages SET received_at = now() - interval '61 minutes' WHERE id = $1`, [old]);
  await house.get(Expiry).expireAll();
  expect([await house.statusOf(old), await house.statusOf(young)]).toEqual(['expired', 'queued']);
  await house.database.rows('UPDATE channels SET active = true WHERE id = $1', [chat.channelId]);
  await becomes(young, 'sent');
  expect(callsOf('old')).toEqual([]);
});

it('what waited too long is not sent either when its turn comes before anybody looked for it', async () => {
  const chat = await house.aChat();
  await house.database.rows('UPDATE channels SET active = false WHERE id = $1', [chat.channelId]);
  const [old, young] = [await house.send(chat, 'old'), await house.send(chat, 'young')];
  await house.database.rows(`UPDATE messages SET received_at = now() - interval '61 minutes' WHERE id = $1`, [old]);
  await house.database.rows('UPDATE channels SET active = true WHERE id = $1', [chat.channelId]);
  await becomes(young, 'sent');
  expect(await house.statusOf(old)).toBe('expired');
  expect(house.scripted.texts()).toEqual(['young']);
});
