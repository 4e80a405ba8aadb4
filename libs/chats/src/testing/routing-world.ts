import type { Caller } from '#identity';
import { Agents } from '../agent/agents.js';
import { AcceptChat } from '../chat/accept-chat.js';
import { CloseChat } from '../chat/close-chat.js';
import { ReleaseChat } from '../ownership/release-chat.js';
import { TransferChat } from '../ownership/transfer-chat.js';
import { QueueAgents } from '../queue/queue-agents.js';
import { Queues } from '../queue/queues.js';
import { DeclineOffer } from '../routing/decline-offer.js';
import { RoutingRounds } from '../routing/routing-rounds.js';
import type { ChatHouse } from './chat-house.js';
import { readState, type RoutingState } from './routing-state.js';

export const STEPS = [
  'write',
  'accept',
  'acceptAny',
  'letPass',
  'decline',
  'release',
  'transferToAgent',
  'transferToQueue',
  'close',
  'state',
  'limit',
  'queueLimit',
  'membership',
  'rule',
] as const;

/** One thing that happens. The numbers choose whom it happens to, whoever there is by then. */
export interface Step {
  readonly what: (typeof STEPS)[number];
  readonly a: number;
  readonly b: number;
}

const RULES = ['least_busy', 'round_robin', 'everyone'] as const;
const QUEUES = 3;
const AGENTS = 3;

/** A few queues that share a few agents, driven through the use cases, one step after the other. */
export async function aRoutingWorld(house: ChatHouse) {
  const queues: string[] = [];
  const channels: string[] = [];
  for (let number = 0; number < QUEUES; number++) {
    queues.push(await house.aQueue());
    channels.push(await house.aChannel(queues[number]!));
  }
  const agents: Caller[] = [];
  for (let number = 0; number < AGENTS; number++) agents.push(await house.anAgent({ queues }));
  const supervisor = await house.anAgent({ role: 'supervisor', chatLimit: 1000 });
  const ids = agents.map(({ id }) => id);
  const chatsOf = () => readState(house.database, queues);

  /** Nobody holds anything, and little waits; everybody is in all queues, with little room, less of it in each queue. */
  async function begin(): Promise<void> {
    await house.database.rows(
      `WITH closed AS (
         UPDATE chats SET status = 'closed', closed_at = now(), offered_to = NULL, offered_until = NULL
         WHERE queue_id = ANY ($1::uuid[]) AND status <> 'closed' RETURNING id),
       ended AS (
         UPDATE chat_ownerships SET ended_at = greatest(began_at, now()), ended_how = 'closed'
         WHERE ended_at IS NULL AND chat_id IN (SELECT id FROM closed)),
       joined AS (
         INSERT INTO queue_agents (queue_id, user_id) SELECT q, a FROM unnest($1::uuid[]) q, unnest($2::uuid[]) a
         ON CONFLICT DO NOTHING),
       loads AS (UPDATE agent_queue_loads SET open_chats = 0 WHERE queue_id = ANY ($1::uuid[])),
       ruled AS (
         UPDATE queues q SET agent_limit = 1, routing_rule = n.rule, silent_agent = n.silent
         FROM unnest($1::uuid[], $3::text[], $4::text[]) AS n (id, rule, silent) WHERE q.id = n.id)
       UPDATE agents SET open_chats = 0, chat_limit = 2, state = 'active', available = true WHERE user_id = ANY ($2::uuid[])`,
      [queues, ids, RULES, ['keep', 'set_inactive', 'keep']],
    );
    for (const number of [0, 1, 0, 1]) await write(number);
    await settle();
  }

  const settle = () => house.get(RoutingRounds).settle();
  const agentOf = (id: string | null) => agents.find((agent) => agent.id === id) ?? supervisor;

  async function write(number: number): Promise<void> {
    const place = { channelId: channels[number]!, queueId: queues[number]! };
    await house.arrive({ ...place, identityId: await house.aContact() }, ['Hello']);
  }

  async function carryOut({ what, a, b }: Step, { chats }: RoutingState): Promise<unknown> {
    const [agent, queue] = [agents[b % AGENTS]!, queues[b % QUEUES]!];
    const among = (some: typeof chats) => (some.length > 0 ? some[a % some.length] : undefined);
    const waiting = among(chats.filter(({ agentId }) => agentId === null));
    const offered = among(chats.filter(({ offeredTo }) => offeredTo !== null));
    const held = among(chats.filter(({ agentId }) => agentId !== null));
    const id = (chat: typeof waiting) => chat?.id ?? '';
    switch (what) {
      case 'write':
        return write(a % QUEUES);
      case 'accept':
        return offered && house.get(AcceptChat).acceptChat(agentOf(offered.offeredTo), offered.id);
      case 'acceptAny':
        return waiting && house.get(AcceptChat).acceptChat(agent, waiting.id);
      case 'letPass':
        return house.database.rows(`UPDATE chats SET offered_until = now() WHERE id::text = $1`, [id(offered)]);
      case 'decline':
        return offered && house.get(DeclineOffer).declineOffer(agentOf(offered.offeredTo), offered.id);
      case 'release':
        return held && house.get(ReleaseChat).releaseChat(agentOf(held.agentId), held.id);
      case 'transferToAgent':
        return held && house.get(TransferChat).transferChat(agentOf(held.agentId), held.id, { agentId: agent.id });
      case 'transferToQueue':
        return held && house.get(TransferChat).transferChat(agentOf(held.agentId), held.id, { queueId: queue });
      case 'close': {
        const chat = among([...chats]);
        return chat && house.get(CloseChat).closeActiveChat(supervisor, chat.id);
      }
      case 'state':
        return house.get(Agents).setMyState(agent, a % 2 ? 'active' : 'inactive');
      case 'limit':
        return house.get(Agents).setChatLimit(agent.id, 1 + (a % 3));
      case 'queueLimit':
        return house.get(Queues).update(queue, { agentLimit: 1 + (a % 3) });
      case 'membership':
        return house.get(QueueAgents)[a % 2 ? 'add' : 'remove'](queues[(a >> 1) % QUEUES]!, agent.id);
      case 'rule':
        return house.get(Queues).update(queue, { routingRule: RULES[a % RULES.length] });
    }
  }

  return { begin, carryOut, settle, state: chatsOf };
}
