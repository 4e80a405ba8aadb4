import fc from 'fast-check';
import { Problem } from '#api-kit';
import type { Caller } from '#identity';
import { AcceptChat } from '../chat/accept-chat.js';
import { CloseChat } from '../chat/close-chat.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { ReleaseChat } from './release-chat.js';
import { TakeOverChat } from './take-over-chat.js';
import { TransferChat } from './transfer-chat.js';

const ROUNDS = process.env.PARLEY_TEST_ROUNDS === 'full' ? 100 : 4;
const CHATS = 6;
const LIMIT = 2;

let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse();
});
afterAll(() => house.close());

const KINDS = ['accept', 'release', 'transfer', 'requeue', 'takeOver', 'close'] as const;

interface Act {
  readonly kind: (typeof KINDS)[number];
  readonly who: number;
  readonly target: number;
  readonly chat: number;
}

const act = fc.record<Act>({
  kind: fc.constantFrom(...KINDS),
  who: fc.nat(4),
  target: fc.nat(4),
  chat: fc.nat(CHATS - 1),
});

interface Floor {
  readonly queues: readonly string[];
  readonly people: readonly Caller[];
  readonly chats: readonly string[];
}

async function aFloor(): Promise<Floor> {
  const queues = [await house.aQueue(LIMIT), await house.aQueue(LIMIT)];
  const agents = [0, 1, 2].map(() => house.anAgent({ queues, chatLimit: LIMIT + 1 }));
  const supervisors = [0, 1].map(() => house.anAgent({ queues, chatLimit: LIMIT + 1, role: 'supervisor' }));
  const people = await Promise.all([...agents, ...supervisors]);
  const chats = await Promise.all(Array.from({ length: CHATS }, (_, n) => house.aChat(queues[n % 2]!)));
  return { queues, people, chats };
}

/** Only refusals that the rules know; anything else is a fault. */
async function attempt({ queues, people, chats }: Floor, { kind, who, target, chat }: Act): Promise<void> {
  const [caller, other, chatId] = [people[who]!, people[target]!, chats[chat]!];
  const acts: Record<Act['kind'], () => Promise<unknown>> = {
    accept: () => house.get(AcceptChat).acceptChat(caller, chatId),
    release: () => house.get(ReleaseChat).releaseChat(caller, chatId),
    transfer: () => house.get(TransferChat).transferChat(caller, chatId, { agentId: other.id }),
    requeue: () => house.get(TransferChat).transferChat(caller, chatId, { queueId: queues[target % 2] }),
    takeOver: () => house.get(TakeOverChat).takeOverChat(caller, chatId),
    close: () => house.get(CloseChat).closeActiveChat(caller, chatId),
  };
  await acts[kind]().catch((error: unknown) => {
    if (!(error instanceof Problem) || ![403, 404, 409].includes(error.statusCode)) throw error;
  });
}

/** What can never be, however it came about. */
async function faultsIn({ people, chats }: Floor): Promise<unknown[]> {
  const ids = people.map(({ id }) => id);
  return house.database.rows(
    `SELECT 'count of agent' AS fault, a.user_id AS id FROM agents a WHERE a.user_id = ANY ($1) AND a.open_chats <>
       (SELECT count(*) FROM chats c WHERE c.agent_id = a.user_id AND c.status = 'in_progress')
     UNION ALL
     SELECT 'count of queue', l.user_id FROM agent_queue_loads l WHERE l.user_id = ANY ($1) AND l.open_chats <>
       (SELECT count(*) FROM chats c WHERE c.agent_id = l.user_id AND c.queue_id = l.queue_id AND c.status = 'in_progress')
     UNION ALL
     SELECT 'above the limit', a.user_id FROM agents a WHERE a.user_id = ANY ($1) AND a.open_chats > a.chat_limit
     UNION ALL
     SELECT 'above the queue''s limit', l.user_id FROM agent_queue_loads l JOIN queues q ON q.id = l.queue_id
     WHERE l.user_id = ANY ($1) AND l.open_chats > q.agent_limit
     UNION ALL
     SELECT 'owner without a stretch', c.id FROM chats c WHERE c.id = ANY ($2) AND (
       SELECT array_agg(o.agent_id) FROM chat_ownerships o WHERE o.chat_id = c.id AND o.ended_at IS NULL)
       IS DISTINCT FROM CASE c.status WHEN 'in_progress' THEN ARRAY[c.agent_id] END
     UNION ALL
     SELECT 'stretches overlap', o.chat_id FROM chat_ownerships o JOIN chat_ownerships n
       ON n.chat_id = o.chat_id AND n.began_at > o.began_at AND n.began_at < coalesce(o.ended_at, 'infinity')
     WHERE o.chat_id = ANY ($2)`,
    [ids, chats],
  );
}

it('never gives a chat two owners, passes a limit or miscounts, whatever people do at once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(act, { minLength: 2, maxLength: 10 }), { minLength: 3, maxLength: 6 }),
      async (waves) => {
        const floor = await aFloor();
        for (const wave of waves) {
          await Promise.all(wave.map((one) => attempt(floor, one)));
          expect(await faultsIn(floor)).toEqual([]);
        }
      },
    ),
    { numRuns: ROUNDS, endOnFailure: true },
  );
}, 300_000);

it('gives a chat to one of two who take it at once, and tells the other who has it', async () => {
  const queue = await house.aQueue();
  const rivals = [await house.anAgent({ role: 'supervisor' }), await house.anAgent({ role: 'supervisor' })];
  const agent = await house.anAgent({ queues: [queue] });
  const chat = await house.aChat(queue);
  await house.get(AcceptChat).acceptChat(agent, chat);
  const attempts = await house.database.transaction(async (tx) => {
    await tx.query('SELECT FROM chats WHERE id = $1 FOR UPDATE', [chat]);
    const both = rivals.map((rival) => house.get(TakeOverChat).takeOverChat(rival, chat));
    void Promise.allSettled(both);
    await house.somebodyWaits(2);
    return { both };
  });
  const results = await Promise.allSettled(attempts.both);
  const [winner] = rivals.filter((_, index) => results[index]?.status === 'fulfilled');
  const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  expect(refusals).toMatchObject([
    { statusCode: 409, code: 'chat_moved', extra: { holder: { id: winner?.id, name: winner?.name } } },
  ]);
});
