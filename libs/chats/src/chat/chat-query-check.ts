import { isMoment, Problem } from '#api-kit';
import type { ChatFilter, ChatQuery } from './chat-query.dto.js';

/** What only some lists can be asked for. Elsewhere it would have no answer, or always the same one. */
const ONLY_WITH: Partial<Record<keyof ChatQuery, readonly ChatFilter[]>> = {
  unread: ['mine', 'waiting'],
  agentId: ['held', 'closed', 'all'],
  status: ['held', 'all'],
  closedFrom: ['held', 'closed', 'all'],
  closedBefore: ['held', 'closed', 'all'],
};

const TIMES = ['openedFrom', 'openedBefore', 'closedFrom', 'closedBefore'] as const;

/** Throws Problem 422 for a question that contradicts itself, naming each parameter. */
export function checkQuery(filter: ChatFilter, query: ChatQuery): void {
  const misplaced = Object.entries(ONLY_WITH)
    .filter(([name, filters]) => (query[name as keyof ChatQuery] ?? false) !== false && !filters.includes(filter))
    .map(([name, filters]) => pointerTo(name, `${name} works with ${filters.join(' and ')}, not with ${filter}.`));
  const times = TIMES.filter((name) => !isMoment(query[name] ?? '1970-01-01')).map((name) =>
    pointerTo(name, `${name} is no time there is.`),
  );
  const empty = (['opened', 'closed'] as const)
    .filter((what) => Date.parse(query[`${what}From`] ?? '') >= Date.parse(query[`${what}Before`] ?? ''))
    .map((what) => pointerTo(`${what}Before`, `${what}Before must be later than ${what}From.`));
  const all = [...misplaced, ...times, ...empty];
  if (all.length > 0) throw Problem.invalid('No list can be asked for this; see "errors".', all);
}

function pointerTo(name: string, detail: string) {
  return { pointer: `?${name}`, detail };
}
