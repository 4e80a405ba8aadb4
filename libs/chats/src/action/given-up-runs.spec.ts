import { PageQuery } from '#api-kit';
import { newId, rows } from '#database';
import type { Caller } from '#identity';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { AcceptChat } from '../chat/accept-chat.js';
import { Conversation } from '../message/conversation.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { ActionRunner } from './action-runner.js';
import { ActionRuns } from './action-runs.js';
import { Actions } from './actions.js';
import { RunAction } from './run-action.js';

/** Real: PostgreSQL, sockets to a system on loopback. Jobs are run by hand, or lost. */
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
  crm.script = () => ({ status: 503, body: '' });
});

const admin: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'Setup' };
const page = Object.assign(new PageQuery(), { limit: 50 });

/** A run that an agent has begun. */
async function aRun() {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const chat = await house.aChat(queue);
  await house.get(AcceptChat).acceptChat(agent, chat);
  const wish = { caption: 'Refund', url: `${crm.url}/refund`, queueIds: [queue] };
  const action = await house.get(Actions).create(admin, undefined, wish);
  const { id } = (await house.get(RunAction).run(agent, chat, action.id, undefined)).body;
  const run = async () => (await house.get(ActionRuns).ofChat(agent, chat, page)).data[0]!;
  const lines = async () => {
    const { data } = await house.get(Conversation).getConversation(agent, chat, page);
    return data.filter(({ direction, text }) => direction === 'system' && text?.includes('Refund'));
  };
  const work = () => house.get(ActionRunner).run({ runId: id });
  return { id, chat, action, run, lines, work };
}

const passes = (id: string, minutes: number) =>
  house.database.rows(`UPDATE action_runs SET entered_at = entered_at - make_interval(mins => $2) WHERE id = $1`, [
    id,
    minutes,
  ]);
const giveUp = () => house.get(ActionRunner).giveUp();

it('a run whose job is lost comes to an end that is told once, and is not begun any more', async () => {
  const { id, chat, run, lines, work } = await aRun();
  await passes(id, 29);
  await giveUp();
  expect(await run()).toMatchObject({ status: 'running' });
  await passes(id, 1);
  await Promise.all([giveUp(), giveUp()]);
  const [line, ...more] = await lines();
  expect(line!.text).toMatch(/ran “Refund”, but it failed\. .* was not called/);
  expect(more).toEqual([]);
  expect(await run()).toMatchObject({ status: 'failed', code: 'not_run', attempts: 0, seq: line!.seq });
  const told = `SELECT data ->> 'code' AS code FROM events WHERE chat_id = $1 AND type = 'action.finished'`;
  expect(await house.database.rows(told, [chat])).toEqual([{ code: 'not_run' }]);
  await work();
  expect(crm.calls).toEqual([]);
});

it('of a run that was called and never came to an end nobody says that it failed', async () => {
  const { id, run, lines, work } = await aRun();
  await work();
  await passes(id, 30);
  await giveUp();
  const [line] = await lines();
  expect(line!.text).toMatch(/ran “Refund”, but nobody knows whether it was done\. /);
  expect(await run()).toMatchObject({ status: 'failed', code: 'no_end', attempts: 1 });
});

it('a call that begins while the run is given up is not said to have been left out', async () => {
  const { id, chat, run, work } = await aRun();
  await passes(id, 30);
  let given: Promise<void> | undefined;
  await house.database.transaction(async (tx) => {
    await rows(tx, 'SELECT FROM chats WHERE id = $1 FOR UPDATE', [chat]);
    given = giveUp();
    await house.somebodyWaits();
    crm.script = () => ({ status: 200, body: '' });
    void work();
    await house.somebodyWaits(2);
  });
  await given;
  expect(crm.calls).toHaveLength(1);
  expect(await run()).not.toMatchObject({ code: 'not_run' });
});

it('of a run that was tried before its action was deleted nobody says that it was not', async () => {
  const { action, run, lines, work } = await aRun();
  await work();
  await house.get(Actions).delete(action.id);
  await work();
  const [line] = await lines();
  expect(line!.text).toMatch(/ran “Refund”, but nobody knows whether it was done\. The action was deleted/);
  expect(line!.text).not.toContain('before it was run');
  expect(await run()).toMatchObject({ status: 'failed', code: 'action_deleted', attempts: 2 });
});
