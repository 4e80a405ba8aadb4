import { currentContact } from '#contacts';
import type { ChatQuery } from './chat-query.dto.js';
import type { ListQuestion, Place } from './list-question.js';

/** The values of a statement. $1 is the reader, whose position counts. */
export class Values {
  readonly all: unknown[];

  constructor({ reader }: ListQuestion) {
    this.all = [reader.userId];
  }

  bind(value: unknown): string {
    return `$${this.all.push(value)}`;
  }
}

/**
 * What chats `c` of a list must have in common, each a condition of its own, without what is `answered` already. None can
 * become a join, so that chats are looked at one by one in the order of the list, and no further than to the end of a page.
 */
export function conditionsOf(
  query: ChatQuery,
  values: Values,
  answered: readonly (keyof ChatQuery)[] = [],
): readonly string[] {
  const given = (name: keyof ChatQuery, condition: (bound: string) => string) =>
    query[name] === undefined || answered.includes(name) ? [] : [condition(values.bind(query[name]))];
  return [
    ...given('queueId', (id) => `c.queue_id = ${id}::uuid`),
    ...given('channelId', (id) => `c.channel_id = ${id}::uuid`),
    ...given('agentId', (id) => `c.agent_id = ${id}::uuid`),
    ...given('contactId', (id) => `c.identity_id = ANY (${identitiesOf(id)})`),
    ...given('tagId', (id) => tagged(id)),
    ...given('status', (word) => `c.status = ${word}`),
    ...given('openedFrom', (time) => `c.opened_at >= ${time}::timestamptz`),
    ...given('openedBefore', (time) => `c.opened_at < ${time}::timestamptz`),
    ...(answered.includes('closedFrom') ? [] : closedWithin(query, values)),
    ...given('text', (part) => `strpos(${NAME}, lower(${part})) > 0`),
    ...(query.unread ? [UNREAD] : []),
  ];
}

export function closedWithin({ closedFrom, closedBefore }: ChatQuery, values: Values): readonly string[] {
  return [
    ...(closedFrom === undefined ? [] : [`c.closed_at >= ${values.bind(closedFrom)}::timestamptz`]),
    ...(closedBefore === undefined ? [] : [`c.closed_at < ${values.bind(closedBefore)}::timestamptz`]),
  ];
}

/** The contact's identities as an array, looked up once. */
export function identitiesOf(contact: string): string {
  return `ARRAY(SELECT id FROM identities WHERE contact_id = ${currentContact(contact)})`;
}

/** One look into an index for each chat; an EXISTS would become a join. */
function tagged(tag: string): string {
  return `coalesce((SELECT true FROM chat_tags t WHERE t.chat_id = c.id AND t.tag_id = ${tag}::uuid), false)`;
}

const NAME = `(SELECT lower(coalesce(co.name, i.name)) FROM identities i
  LEFT JOIN contacts co ON co.id = i.contact_id WHERE i.id = c.identity_id)`;

const UNREAD = `(c.inbound_count > coalesce(
  (SELECT r.position FROM chat_positions r WHERE r.chat_id = c.id AND r.user_id = $1), c.team_position))`;

/** Microseconds since 1970 as digits. By way of a float, which is exact until 2106 and costs a fifth of a numeric. */
export function micros(time: string): string {
  return `(date_part('epoch', ${time}) * 1000000)::bigint::text`;
}

/** The place's time as the database's. */
export function instantOf(place: Place, values: Values): string {
  return `timestamptz 'epoch' + ${values.bind(place.sortKey)}::bigint * interval '1 microsecond'`;
}
