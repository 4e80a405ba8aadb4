import { Webhook } from 'standardwebhooks';
import { Conversation } from '../message/conversation.js';
import { AcceptChat } from '../chat/accept-chat.js';
import { CloseChat } from '../chat/close-chat.js';
import { eventually, newId, rows } from '#database';
import type { Caller } from '#identity';
import { PageQuery } from '#api-kit';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { ActionRunner } from './action-runner.js';
import { ActionRuns } from './action-runs.js';
import { Actions } from './actions.js';
import { RunAction } from './run-action.js';
import { TryAction } from './try-action.js';

/** Real: PostgreSQL, sockets to a system on loopback, its check of signatures. Jobs are run by hand. */
let house: ChatHouse;
let crm: ScriptedServer;

beforeAll(async () => {
  crm = await aScriptedServer();
  house = await openChatHouse({ trustedOrigins: [crm.url] });
});
afterAll(async () => {
  await house.close();
  await crm.close();
});
beforeEach(() => {
  crm.calls.length = 0;
  crm.script = () => ({ status: 200, body: '{"text":"Order 4711 was opened"}' });
});

const admin: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'Setup' };
const page = Object.assign(new PageQuery(), { limit: 50 });

/** A chat that an agent holds, in a queue with one action. */
async function aDesk(url = `${crm.url}/hooks/order`) {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const chat = await house.aChat(queue);
  await house.get(AcceptChat).acceptChat(agent, chat);
  const action = await house
    .get(Actions)
    .create(admin, undefined, { caption: 'Open an order', url, queueIds: [queue] });
  const start = (caller = agent, key?: string) => house.get(RunAction).run(caller, chat, action.id, key);
  const work = async (runId: string) => house.get(ActionRunner).run({ runId });
  return { queue, agent, chat, action, start, work };
}

async function lastLine(caller: Caller, chat: string) {
  const { data } = await house.get(Conversation).getConversation(caller, chat, page);
  return data.findLast(({ direction }) => direction === 'system')!;
}

const eventsOf = (chat: string) =>
  house.database.rows<{ seq: number; data: object; audience: object }>(
    `SELECT seq, data, audience FROM events WHERE chat_id = $1 AND type = 'action.finished'`,
    [chat],
  );

const pendingJobs = (runId: string) =>
  house.database.rows<{ wait: number }>(
    `SELECT extract(epoch FROM run_at - now())::float8 AS wait FROM graphile_worker._private_jobs
     WHERE payload->>'runId' = $1 ORDER BY id DESC`,
    [runId],
  );

it('calls the system behind it with a signature the reference library accepts, and tells the result in the chat', async () => {
  const { agent, chat, action, start, work, queue } = await aDesk();
  const { status, body } = await start();
  expect({ status, run: body.status, calls: crm.calls.length }).toEqual({ status: 202, run: 'running', calls: 0 });
  await work(body.id);

  const [call] = crm.calls;
  const sent = new Webhook(action.secret).verify(call!.body, call!.headers as Record<string, string>);
  expect(call!.headers['webhook-id']).toBe(body.id);
  expect(sent).toMatchObject({
    type: 'action.run',
    data: {
      runId: body.id,
      test: false,
      action: { id: action.id, caption: 'Open an order' },
      chat: { id: chat, status: 'in_progress' },
      queue: { id: queue },
      contact: { name: 'Maria' },
      identity: { messenger: 'pigeon', scope: '', externalId: expect.any(String) as string },
      agent: { kind: 'user', id: agent.id, name: agent.name },
    },
  });
  const line = await lastLine(agent, chat);
  expect(line).toMatchObject({ text: `${agent.name} ran “Open an order”: Order 4711 was opened` });
  const [event] = await eventsOf(chat);
  expect(event).toMatchObject({
    seq: line.seq,
    data: { runId: body.id, status: 'succeeded', text: 'Order 4711 was opened', code: null },
    audience: { agents: expect.arrayContaining([agent.id]) as string[] },
  });
  const { data } = await house.get(ActionRuns).ofChat(agent, chat, page);
  expect(data).toMatchObject([{ id: body.id, status: 'succeeded', attempts: 1, httpStatus: 200, seq: line.seq }]);
});

it('tells the result once, however often the job runs', async () => {
  const { agent, chat, start, work } = await aDesk();
  const { body } = await start();
  const { works } = await house.database.transaction(async (tx) => {
    await rows(tx, 'SELECT FROM chats WHERE id = $1 FOR UPDATE', [chat]);
    const started = Promise.all([work(body.id), work(body.id), work(body.id)]);
    await eventually(() => crm.calls.length >= 3);
    return { works: started };
  });
  await works;
  await work(body.id);
  expect(crm.calls).toHaveLength(3);
  expect(await eventsOf(chat)).toHaveLength(1);
  const { data } = await house.get(Conversation).getConversation(agent, chat, page);
  expect(data.filter(({ text }) => text?.includes('Order 4711'))).toHaveLength(1);
});

it('runs once for one idempotency key', async () => {
  const { agent, chat, start } = await aDesk();
  const [first, second] = [await start(agent, 'k-1'), await start(agent, 'k-1')];
  expect(second).toMatchObject({ status: 202, replayed: true, body: { id: first.body.id } });
  expect((await house.get(ActionRuns).ofChat(agent, chat, page)).data).toHaveLength(1);
});

it('tries again with the same id while the system is away, and gives up with a sentence', async () => {
  const { agent, chat, start, work } = await aDesk();
  crm.script = () => ({ status: 503, body: '', headers: { 'retry-after': '30' } });
  const { body } = await start();
  await work(body.id);
  const [again] = await pendingJobs(body.id);
  expect(again!.wait).toBeGreaterThan(20);
  expect(await eventsOf(chat)).toEqual([]);
  crm.script = (_, socket) => void socket.destroy();
  for (let attempt = 2; attempt <= 4; attempt++) await work(body.id);
  expect(crm.calls).toHaveLength(4);
  expect(new Set(crm.calls.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([body.id]));
  expect((await lastLine(agent, chat)).text).toMatch(
    /ran “Open an order”, but it failed\. The called system could not/,
  );
  await work(body.id);
  expect(crm.calls).toHaveLength(4);
});

it.each([
  [200, '', 'succeeded', null, /ran “Open an order”$/],
  [204, '', 'succeeded', null, /ran “Open an order”$/],
  [200, '{"ok":true}', 'succeeded', null, /ran “Open an order”$/],
  [200, '<html>', 'succeeded', 'unreadable_answer', /ran “Open an order”\. .*not a text/],
  [200, '{"text":{"$ne":1}}', 'succeeded', 'unreadable_answer', /not a text/],
  [200, JSON.stringify({ text: `a\0b\ud800${'x'.repeat(5000)}` }), 'succeeded', null, /: ab\ufffdx{990,}…$/],
  [302, '', 'failed', 'redirected', /leads elsewhere \(status 302\)/],
  [404, '{"text":"no"}', 'failed', 'refused', /refused it \(status 404\)/],
])('takes %i %j as %s', async (status, answer, expected, code, line) => {
  const { agent, chat, start, work } = await aDesk();
  crm.script = () => ({ status, body: answer, ...(status === 302 && { headers: { location: `${crm.url}/x` } }) });
  const { body } = await start();
  await work(body.id);
  const [run] = (await house.get(ActionRuns).ofChat(agent, chat, page)).data;
  expect(run).toMatchObject({ status: expected, code, httpStatus: status });
  expect((await lastLine(agent, chat)).text).toMatch(line);
  expect(crm.calls).toHaveLength(1);
});

it('does not reach into the private network', async () => {
  const { agent, chat, start, work } = await aDesk('http://127.0.0.1:9/hook');
  const { body } = await start();
  await work(body.id);
  const [run] = (await house.get(ActionRuns).ofChat(agent, chat, page)).data;
  expect(run).toMatchObject({ status: 'failed', code: 'blocked_address', attempts: 1 });
});

it('is for who holds the open chat, and for supervisors', async () => {
  const { chat, start, queue, agent, action } = await aDesk();
  const colleague = await house.anAgent({ queues: [queue] });
  await expect(start(colleague)).rejects.toMatchObject({ statusCode: 404 });
  await expect(start({ ...admin, role: 'supervisor' })).resolves.toMatchObject({ status: 202 });
  const waiting = await house.aChat(queue);
  await expect(house.get(RunAction).run(agent, waiting, action.id, undefined)).rejects.toMatchObject({
    code: 'chat_not_accepted',
  });
  await house.get(CloseChat).closeActiveChat(agent, chat);
  await expect(start()).rejects.toMatchObject({ code: 'chat_closed' });
});

it('offers the actions of the queue the chat is in now, no others', async () => {
  const { agent, chat, action, start } = await aDesk();
  const other = await house.aQueue();
  await house.database.rows('UPDATE chats SET queue_id = $2 WHERE id = $1', [chat, other]);
  await expect(start()).rejects.toMatchObject({ statusCode: 404 });
  expect((await house.get(Actions).getChatActions(agent, chat)).data).toEqual([]);
  await house.get(Actions).update(action.id, { queueIds: [other] });
  await expect(start()).resolves.toMatchObject({ status: 202 });
});

it('ends a run whose action is gone', async () => {
  const { agent, chat, action, start, work } = await aDesk();
  const { body } = await start();
  await house.get(Actions).delete(action.id);
  await work(body.id);
  expect((await lastLine(agent, chat)).text).toMatch(/deleted before it was run/);
  expect(crm.calls).toEqual([]);
});

it('signs with the new secret and, for a day, with the old one', async () => {
  const { action, start, work } = await aDesk();
  const { secret } = await house.get(Actions).rotateSecret(admin, undefined, action.id);
  expect(secret).not.toBe(action.secret);
  const verified = (key: string) => {
    const { body, headers } = crm.calls.at(-1)!;
    return () => new Webhook(key).verify(body, headers as Record<string, string>);
  };
  await work((await start()).body.id);
  expect(verified(secret)).not.toThrow();
  expect(verified(action.secret)).not.toThrow();
  await house.database.rows(`UPDATE actions SET previous_until = now() - interval '1 second' WHERE id = $1`, [
    action.id,
  ]);
  await work((await start()).body.id);
  expect(verified(secret)).not.toThrow();
  expect(verified(action.secret)).toThrow();
});

it('keeps secrets sealed for their row, and shows them once', async () => {
  const { action } = await aDesk();
  const dump = JSON.stringify(await house.database.rows('SELECT * FROM actions WHERE id = $1', [action.id]));
  expect(dump).not.toContain(action.secret.slice(6, 30));
  expect(JSON.stringify(await house.get(Actions).list(undefined, 100))).not.toContain('ecret');
  const wish = { caption: 'Twice', url: action.url, queueIds: [] };
  await house.get(Actions).create(admin, 'once', wish);
  await expect(house.get(Actions).create(admin, 'once', wish)).rejects.toMatchObject({ code: 'already_done' });
});

it('lets an admin try it with an example', async () => {
  const { action } = await aDesk();
  const trial = await house.get(TryAction).try(admin, action.id);
  expect(trial).toMatchObject({ text: 'Order 4711 was opened', run: { status: 'succeeded', chatId: null } });
  expect(JSON.parse(crm.calls[0]!.body)).toMatchObject({ data: { test: true, runId: trial.run.id } });
  expect((await house.get(ActionRuns).ofAction(action.id, page)).data).toMatchObject([{ id: trial.run.id }]);
  await expect(house.get(TryAction).try(admin, newId())).rejects.toMatchObject({ statusCode: 404 });
});

it('leaves no trial behind that runs for ever, where it ended without an answer', async () => {
  const { action } = await aDesk();
  await house.database.rows(`UPDATE actions SET secret = 'AAAA' WHERE id = $1`, [action.id]);
  await expect(house.get(TryAction).try(admin, action.id)).rejects.toThrow();
  expect((await house.get(ActionRuns).ofAction(action.id, page)).data).toEqual([]);
});
