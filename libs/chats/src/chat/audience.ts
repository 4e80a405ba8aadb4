import type { Audience } from '#events';

/** Who hears of a chat: its queue, whoever holds it, and those who see every chat. */
export function audienceOf(queueId: string, ...agents: (string | null)[]): Audience {
  return {
    agents: agents.filter((agent) => agent !== null),
    queues: [queueId],
    roles: ['supervisor', 'admin'],
  };
}

/** Who hears of what is said in a chat: whoever holds it, or its queue while nobody does. */
export function hearersOf({
  agentId,
  queueId,
}: {
  readonly agentId: string | null;
  readonly queueId: string;
}): Audience {
  return agentId ? { agents: [agentId] } : { queues: [queueId] };
}

/** Who hears that a chat is offered to an agent, or no longer is. */
export function hearersOfOffer(agentId: string): Audience {
  return { agents: [agentId], roles: ['supervisor', 'admin'] };
}

/** Hearers, and those who see every chat: for what is rare enough to tell them of it everywhere. */
export function watchersOf(chat: Parameters<typeof hearersOf>[0]): Audience {
  return { ...hearersOf(chat), roles: ['supervisor', 'admin'] };
}
