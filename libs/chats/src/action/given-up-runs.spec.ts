import { PageQuery } from '#api-kit';
import { newId } from '#database';
import type { Caller } from '#identity';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { AcceptChat } from '../chat/accept-chat.js';
import { Conversation } from '../message/conversation.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { ActionRunner } from './action-runner.js';
import { ActionRuns } from './action-runs.js';
import { Actions } from './actions.js';
import { RunAction } from './run-action.js';

/** Real: PostgreSQL, sockets to a system on loopback. Jobs are run by hand. */
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
  return { action, run, lines, work };
}

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
