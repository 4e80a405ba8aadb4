import type { Role } from '#identity';
import type { Audience } from '../event-map.js';

/** Who a reader of events is today. */
export interface Viewer {
  /** Undefined for API keys, which own no chats. */
  readonly userId: string | undefined;
  readonly role: Role;
  /** Queues whose news they hear. */
  readonly queues: readonly string[];
}

/** The names under which a viewer hears: an event is theirs when its audience has one of them. */
export function earsOf({ userId, role, queues }: Viewer): string[] {
  const ears = [`role:${role}`, ...queues.map((queue) => `queue:${queue}`)];
  if (userId !== undefined) ears.push(`agent:${userId}`);
  if (role !== 'agent') ears.push(EVERYTHING);
  return ears;
}

/** The names under which an event is heard. Who may see every chat hears everything. */
export function audienceNames({ agents = [], queues = [], roles = [] }: Audience): string[] {
  return [
    EVERYTHING,
    ...agents.map((agent) => `agent:${agent}`),
    ...queues.map((queue) => `queue:${queue}`),
    ...roles.map((role) => `role:${role}`),
  ];
}

export function hears(ears: ReadonlySet<string>, audience: Audience): boolean {
  return audienceNames(audience).some((name) => ears.has(name));
}

const EVERYTHING = 'everything';
