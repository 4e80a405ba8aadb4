import type { AgentState, ChatState, QueueState, RoutingState } from './routing-state.js';

/**
 * What must hold once routing has settled, said as plainly as possible and counted from the chats themselves: never from
 * the counters, never by the rules' own code. Answers what is wrong, one sentence each.
 */
export function wrongIn(state: RoutingState, before: RoutingState): string[] {
  const { queues } = state;
  return [
    ...state.agents.flatMap((agent) => overload(agent, state)),
    ...state.chats.filter(({ offeredTo }) => offeredTo !== null).flatMap((chat) => badOffer(chat, state)),
    ...queues.filter(offers).flatMap((queue) => [...left(queue, state), ...order(queue, state, before)]),
    ...state.chats.flatMap((chat) => unexplained(chat, state)),
    ...choice(state, before),
  ];
}

const offers = ({ rule }: QueueState) => rule !== 'everyone';

function queueOf({ queueId }: ChatState, { queues }: RoutingState): QueueState {
  return queues.find(({ id }) => id === queueId)!;
}

function held({ id }: AgentState, { chats }: RoutingState, queueId?: string): number {
  return chats.filter((chat) => chat.agentId === id && (queueId ?? chat.queueId) === chat.queueId).length;
}

function asked({ id }: AgentState, { chats }: RoutingState, queueId?: string): number {
  return chats.filter((chat) => chat.offeredTo === id && (queueId ?? chat.queueId) === chat.queueId).length;
}

function load(agent: AgentState, state: RoutingState, queueId?: string): number {
  return held(agent, state, queueId) + asked(agent, state, queueId);
}

/** Agents who could be asked about one more chat of the queue. */
function free(queue: QueueState, state: RoutingState): AgentState[] {
  return state.agents.filter(
    (agent) =>
      agent.available &&
      queue.members.includes(agent.id) &&
      load(agent, state) < agent.limit &&
      load(agent, state, queue.id) < queue.limit,
  );
}

function overload(agent: AgentState, state: RoutingState): string[] {
  const total = asked(agent, state) > 0 && load(agent, state) > agent.limit ? [`${agent.id} is asked too much`] : [];
  const inQueue = state.queues
    .filter(({ id, limit }) => asked(agent, state, id) > 0 && load(agent, state, id) > limit)
    .map(({ id }) => `${agent.id} is asked too much in ${id}`);
  return [...miscounted(agent, state), ...total, ...inQueue];
}

/** The counters that limits are kept by say what the chats say. */
function miscounted(agent: AgentState, state: RoutingState): string[] {
  const total = held(agent, state) === agent.counted ? [] : [`${agent.id} is counted wrong: ${agent.counted}`];
  const inQueue = state.queues
    .filter(({ id }) => held(agent, state, id) !== (agent.countedIn[id] ?? 0))
    .map(({ id }) => `${agent.id} is counted wrong in ${id}: ${agent.countedIn[id]}`);
  return [...total, ...inQueue];
}

function badOffer(chat: ChatState, state: RoutingState): string[] {
  const queue = queueOf(chat, state);
  const agent = state.agents.find(({ id }) => id === chat.offeredTo);
  if (chat.agentId !== null) return [`${chat.id} is held and offered`];
  if (!offers(queue)) return [`${chat.id} is offered under ${queue.rule}`];
  if (!agent?.available) return [`${chat.id} is offered to somebody who is not available`];
  return queue.members.includes(agent.id) ? [] : [`${chat.id} is offered to somebody outside of its queue`];
}

/** No chat is left waiting while an agent is free. */
function left(queue: QueueState, state: RoutingState): string[] {
  if (free(queue, state).length === 0) return [];
  return unasked(queue, state).map(({ id }) => `${id} is offered to nobody, though somebody is free`);
}

function unasked({ id }: QueueState, { chats }: RoutingState): ChatState[] {
  return chats.filter((chat) => chat.queueId === id && chat.agentId === null && chat.offeredTo === null);
}

/** What was offered just now had waited longer than all that was not. */
function order(queue: QueueState, state: RoutingState, before: RoutingState): string[] {
  const oldest = Math.min(...unasked(queue, state).map(({ waitingSince }) => waitingSince));
  return news(state, before)
    .filter((chat) => chat.queueId === queue.id && chat.waitingSince > oldest)
    .map(({ id }) => `${id} was offered before one that waited longer`);
}

function news({ chats }: RoutingState, before: RoutingState): ChatState[] {
  const earlier = new Map(before.chats.map((chat) => [chat.id, chat.decisions.length]));
  return chats.filter(
    ({ id, offeredTo, decisions }) => offeredTo !== null && decisions.length > (earlier.get(id) ?? 0),
  );
}

/** The last decision tells how the chat stands. */
function unexplained(chat: ChatState, state: RoutingState): string[] {
  if (chat.agentId !== null || !offers(queueOf(chat, state))) return [];
  const last = chat.decisions.at(-1);
  const told = chat.offeredTo
    ? last?.outcome === 'offered' && last.agentId === chat.offeredTo && last.first === chat.offeredTo
    : last?.outcome === 'waits';
  return told ? [] : [`${chat.id} stands otherwise than was decided last: ${JSON.stringify(last)}`];
}

/** Where one offer was made: nobody who is still free had come first. */
function choice(state: RoutingState, before: RoutingState): string[] {
  const made = news(state, before);
  const [chat] = made;
  if (!chat || made.length > 1) return [];
  const queue = queueOf(chat, state);
  const chosen = state.agents.find(({ id }) => id === chat.offeredTo)!;
  const others = free(queue, state).filter(({ id }) => id !== chosen.id && !chat.passes.includes(id));
  if (others.length > 0 && chat.passes.includes(chosen.id)) return [`${chat.id} went back before others were asked`];
  const less = others.filter((agent) => load(agent, state) < load(chosen, state) - 1);
  return queue.rule === 'least_busy' && less.length > 0 ? [`${chat.id} did not go to the least busy`] : [];
}
