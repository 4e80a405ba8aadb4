import type { Behaviour } from '../behaviour.js';
import type { Conversations } from '../conversations.js';
import type { Files } from '../files.js';
import type { Fields } from '../http/fields.js';
import type { People, Person } from '../people.js';
import type { Bot } from './bot.js';
import { badRequest, forbidden } from './telegram-error.js';

/** Where what bots send ends up. */
export interface Phones {
  readonly people: People;
  readonly conversations: Conversations;
  readonly files: Files;
  readonly behaviour: Behaviour;
}

/** The person behind `chat_id`, if this bot may write there now. */
export function chatPartner(phones: Phones, bot: Bot, fields: Fields): Person {
  if (!fields.has('chat_id') || fields.text('chat_id') === '') throw badRequest('chat_id is empty');
  const person = phones.people.byTelegramId(fields.number('chat_id') ?? NaN);
  if (!person) throw badRequest('chat not found');
  const standing = bot.standing(person);
  if (standing === 'blocked') throw forbidden('bot was blocked by the user');
  if (standing === 'stranger') throw forbidden("bot can't initiate conversation with a user");
  return person;
}

export function keyOf(bot: Bot, person: Person) {
  return { messenger: 'telegram', account: bot.id, personId: String(person.telegramId) } as const;
}
