import * as fc from 'fast-check';
import type { Caller } from '#identity';
import { Agents } from '../agent/agents.js';
import { StateChanges } from '../agent/state-changes.js';
import { SilentChats } from '../life/silent-chats.js';
import { ReleaseChat } from '../ownership/release-chat.js';
import { TakeOverChat } from '../ownership/take-over-chat.js';
import { TransferChat } from '../ownership/transfer-chat.js';
import { QueueAgents } from '../queue/queue-agents.js';
import { Queues } from '../queue/queues.js';
import { DeclineOffer } from '../routing/decline-offer.js';
import { RoutingRounds } from '../routing/routing-rounds.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { AcceptChat } from './accept-chat.js';
import { ChatList } from './chat-list.js';
import { CloseChat } from './close-chat.js';
import { MarkChatAsRead } from './mark-chat-as-read.js';

/**
 * Whoever looks again at each chat that they hear of, and at their lists when they hear that these are others, has the
 * lists of now after every step. Real: the room's use cases and PostgreSQL. Deadlines and silence are moved, nothing sleeps.
 */
/** The few runs are the same ones every time: what only many find shall not stop somebody else's change. */
const RUNS = process.env.PARLEY_TEST_ROUNDS === 'full' ? { numRuns: 300 } : { numRuns: 8, seed: 20_261_122 };
const RULES = ['everyone', 'least_busy', 'everyone', 'round_robin'] as const;
/** What tells somebody that other chats are before them than were. */
const ABOUT_LISTS = ['agent.state_changed', 'queue.agent_joined', 'queue.agent_left', 'queue.changed'];

let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse();
  // Only the test routes here: after a step everything it asked for is done.
  await house.get(RoutingRounds).beforeApplicationShutdown();
});
afterAll(() => house.close());

interface World {
  readonly queues: readonly string[];
  /** Three agents, of whom the last is in no queue, and a supervisor. */
  readonly callers: readonly Caller[];
  readonly chats: string[];
  /** Those who are deactivated. */
  readonly away: Set<Caller>;
}

async function aWorld(): Promise<World> {
  const queues = [await house.aQueue(3), await house.aQueue(3)];
  await house
    .get(Queues)
    .update(queues[1]!, { reopenMinutes: 60, closeAfterMinutes: 30, closeWaitingAfterMinutes: 30 });
  const callers = [
    await house.anAgent({ queues, chatLimit: 3 }),
    await house.anAgent({ queues: [queues[1]!] }),
    await house.anAgent(),
    await house.anAgent({ role: 'supervisor' }),
  ];
  return { queues, callers, chats: [await house.aChat(queues[0]!), await house.aChat(queues[1]!)], away: new Set() };
}

type Step = (world: World, caller: Caller, chat: string, number: number) => Promise<unknown>;

const steps: Record<string, Step> = {
  newChat: async ({ queues, chats }, _, __, number) => chats.push(await house.aChat(queues[number % 2]!)),
  write: async ({ chats }, _, chat) => {
    const now = await house.arrive(await house.placeOf(chat), ['And another thing']);
    if (!chats.includes(now)) chats.push(now);
  },
  accept: (_, caller, chat) => house.get(AcceptChat).acceptChat(caller, chat),
  close: (_, caller, chat) => house.get(CloseChat).closeActiveChat(caller, chat),
  release: (_, caller, chat) => house.get(ReleaseChat).releaseChat(caller, chat),
  takeOver: ({ callers }, _, chat) => house.get(TakeOverChat).takeOverChat(callers[3]!, chat),
  toQueue: ({ queues }, caller, chat, number) =>
    house.get(TransferChat).transferChat(caller, chat, { queueId: queues[number % 2]! }),
  toAgent: ({ callers }, caller, chat, number) =>
    house.get(TransferChat).transferChat(caller, chat, { agentId: callers[number % 3]!.id }),
  readAll: (_, caller, chat) => house.get(MarkChatAsRead).markChatAsRead(caller, chat),
  readSome: (_, caller, chat, number) => house.get(MarkChatAsRead).markChatAsRead(caller, chat, number),
  rest: (_, caller, __, number) => house.get(Agents).setMyState(caller, number % 3 ? 'active' : 'inactive'),
  limit: (_, caller, __, number) => house.get(Agents).setChatLimit(caller.id, 1 + (number % 4)),
  join: ({ queues }, caller, _, number) => house.get(QueueAgents).add(queues[number % 2]!, caller.id),
  leave: ({ queues }, caller, _, number) => house.get(QueueAgents).remove(queues[number % 2]!, caller.id),
  rule: ({ queues }, _, __, number) =>
    house.get(Queues).update(queues[number % 2]!, { routingRule: RULES[number % RULES.length] }),
  decline: (_, caller, chat) => house.get(DeclineOffer).declineOffer(caller, chat),
  letPass: (_, __, chat) =>
    house.database.rows('UPDATE chats SET offered_until = now() WHERE id = $1 AND offered_to IS NOT NULL', [chat]),
  silence: () => house.get(SilentChats).closeAll(new Date(Date.now() + 31 * 60_000)),
  deactivate: async ({ away }, caller) => {
    const leaves = !away.delete(caller);
    if (leaves) away.add(caller);
    await house.database.transaction(async (tx) => {
      await tx.query('UPDATE users SET active = $2 WHERE id = $1', [caller.id, !leaves]);
      if (leaves) await house.get(StateChanges).left(tx, caller.id);
    });
  },
};

/** What somebody has before their eyes, by chat. Of what they held, what nobody held after them. */
type Lists = Map<string, object>;

async function listsOf(caller: Caller): Promise<Lists> {
  const lists: Lists = new Map();
  for (const filter of ['mine', 'waiting', 'closed'] as const) {
    const { data } = await house.get(ChatList).getChats(caller, { filter, limit: 100 });
    for (const { id, queue, agent, unreadCount, lastSeq } of data) {
      if (filter === 'closed' && agent?.id !== caller.id) continue;
      lists.set(id, { filter, queue: queue.id, unreadCount, lastSeq });
    }
  }
  return lists;
}

interface Told {
  readonly id: string;
  readonly type: string;
  readonly chatId: string | null;
}

async function toldTo({ id }: Caller, after: string): Promise<Told[]> {
  return house.database.rows<Told>(
    `SELECT e.id::text AS id, e.type, e.chat_id AS "chatId" FROM logged_events e WHERE e.id > $2::bigint AND (
       e.audience::jsonb -> 'agents' ? $1::text
       OR EXISTS (SELECT FROM queue_agents q WHERE q.user_id = $1::uuid AND e.audience::jsonb -> 'queues' ? q.queue_id::text))`,
    [id, after],
  );
}

async function lastEvent(): Promise<string> {
  const [last] = await house.database.rows<{ id: string }>(
    'SELECT coalesce(max(id), 0)::text AS id FROM logged_events',
  );
  return last!.id;
}

/** After what they heard: each chat that was named looked at again, everything where that is needed. */
function lookAgain(shown: Lists, now: Lists, told: readonly Told[]): Lists {
  if (told.some(({ type }) => ABOUT_LISTS.includes(type))) return now;
  const next = new Map(shown);
  for (const { chatId } of told) {
    if (chatId === null) continue;
    const chat = now.get(chatId);
    if (chat) next.set(chatId, chat);
    else next.delete(chatId);
  }
  return next;
}

/** Most of all what chats go through. */
const OFTEN = ['write', 'write', 'accept', 'accept', 'close', 'toAgent', 'takeOver', 'silence'];
const step = fc.tuple(fc.constantFrom(...Object.keys(steps), ...OFTEN), fc.nat(3), fc.nat(20), fc.nat(11));
const script = fc.array(step, { minLength: 20, maxLength: 40, size: 'max' });

it('whatever happened, an agent has heard of every chat that stands in their lists otherwise than before', async () => {
  await fc.assert(
    fc.asyncProperty(script, async (all) => {
      const world = await aWorld();
      const agents = world.callers.slice(0, 3);
      await house.get(RoutingRounds).settle();
      const shown = new Map(await Promise.all(agents.map(async (agent) => [agent, await listsOf(agent)] as const)));
      for (const [what, who, which, number] of all) {
        const before = await lastEvent();
        const [caller, chat] = [world.callers[who]!, world.chats[which % world.chats.length]!];
        if (world.away.has(caller) && what !== 'deactivate') continue;
        // Refusals (a limit, a chat of others) are part of the story.
        await steps[what]!(world, caller, chat, number).catch(() => undefined);
        await house.get(RoutingRounds).settle();
        for (const agent of agents) {
          const now = await listsOf(agent);
          const has = lookAgain(shown.get(agent)!, now, await toldTo(agent, before));
          if (!world.away.has(agent)) expect({ after: what, has }).toEqual({ after: what, has: now });
          shown.set(agent, now);
        }
      }
    }),
    { ...RUNS, endOnFailure: true },
  );
}, 1_800_000);
