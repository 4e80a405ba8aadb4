import { Problem } from '#api-kit';
import type { LoadVerdict } from './agent-load.repository.js';

/** Why the caller gets no chat more; `doing` goes on after “before”. */
export function refusalOf(verdict: Exclude<LoadVerdict, 'raised'>, doing: 'accepting' | 'starting'): Problem {
  return verdict === 'agent_inactive'
    ? Problem.conflict('agent_inactive', `Become active before ${doing} chats.`)
    : Problem.conflict('limit_reached', 'You hold as many open chats as you may. Close one first.');
}
