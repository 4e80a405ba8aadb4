import type { Audience } from '#events';

/** Who hears of a chat: its queue, whoever holds it, and those who see every chat. */
export function audienceOf(queueId: string, ...agents: (string | null)[]): Audience {
  return {
    agents: agents.filter((agent) => agent !== null),
    queues: [queueId],
    roles: ['supervisor', 'admin'],
  };
}
