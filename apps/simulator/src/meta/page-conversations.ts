import type { Bubble } from '../conversations.js';
import type { Fields } from '../http/fields.js';
import { fullName, type Person } from '../people.js';
import type { World } from '../world.js';
import { mediaUrl } from './media-host.js';
import type { MetaPage } from './meta-page.js';

const MOST_MESSAGES = 20;

/** `GET /{page}/conversations`: the newest one first, each with its 20 newest messages, newest first. */
export function pageConversations(world: World, page: MetaPage, fields: Fields, self: string): unknown {
  const limit = Math.min(Math.max(fields.number('limit') ?? 25, 1), 100);
  const from = Math.max(fields.number('after') ?? 0, 0);
  const all = world.people
    .ofPage(page.id)
    .map(({ psid, person }) => ({ psid, person, bubbles: bubblesOf(world, page, psid) }))
    .filter(({ bubbles }) => bubbles.length > 0)
    .sort((one, other) => (other.bubbles[0]?.at ?? 0) - (one.bubbles[0]?.at ?? 0));
  const data = all.slice(from, from + limit).map(({ psid, person, bubbles }) => ({
    id: `t_${psid}`,
    updated_time: graphTime(bubbles[0]?.at ?? 0),
    messages: { data: bubbles.map((bubble) => message(world, page, { psid, person }, bubble, self)) },
  }));
  const after = String(from + limit);
  const more = all.length > from + limit;
  return { data, paging: { cursors: { before: String(from), after }, ...(more && { next: `${self}/next` }) } };
}

function bubblesOf(world: World, page: MetaPage, psid: string): Bubble[] {
  const bubbles = world.conversations.of({ messenger: 'facebook', account: page.id, personId: psid });
  return bubbles
    .filter(({ deletedAt }) => deletedAt === undefined)
    .slice(-MOST_MESSAGES)
    .reverse();
}

function message(world: World, page: MetaPage, who: { psid: string; person: Person }, bubble: Bubble, self: string) {
  const customer = { id: who.psid, name: fullName(who.person) };
  const business = { id: page.id, name: page.name };
  const [from, to] = bubble.from === 'customer' ? [customer, business] : [business, customer];
  const files = (bubble.files ?? []).flatMap(({ id }) => world.files.get(id) ?? []);
  const attachments = files.map((file) => ({
    id: file.id,
    mime_type: file.type,
    name: file.name,
    ...(file.type.startsWith('image/')
      ? { image_data: { url: mediaUrl(self, file) } }
      : { file_url: mediaUrl(self, file) }),
  }));
  return {
    id: bubble.id,
    created_time: graphTime(bubble.at),
    from,
    to: { data: [to] },
    message: bubble.text ?? '',
    ...(attachments.length > 0 && { attachments: { data: attachments } }),
  };
}

/** ISO 8601 without a colon in the zone. */
function graphTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, '+0000');
}
