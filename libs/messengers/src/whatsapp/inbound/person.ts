import { at, cleanName, idOf, textOf } from '#messenger-kit';
import type { Sender } from '#messenger-kit';
import type { Item } from './item.js';

/** How a person is named in an item. */
interface Named {
  /** The business-scoped id (BSUID), `GB.3174052986617403`. */
  readonly userId: unknown;
  /** The phone, absent where a person with a user name hides it. */
  readonly phone: unknown;
}

/**
 * Somebody outside: by the business-scoped id where the event carries one, for it stays when the phone is hidden, else by
 * the phone.
 *
 * The scope is our number. A phone is the same everywhere, but a business-scoped id is made for one business portfolio, and
 * nothing promises that another portfolio's is not somebody else's; events do not name the portfolio. One server may serve numbers of several, so
 * no id may be taken for global, and the narrowest scope never makes one person of two.
 * https://developers.facebook.com/docs/whatsapp/business-scoped-user-ids
 */
export function personOf({ source, contacts }: Item, named: Named): Sender | undefined {
  const [userId, phone] = [idOf(named.userId), idOf(named.phone)];
  const contact = contactOf(contacts, 'user_id', userId) ?? contactOf(contacts, 'wa_id', phone);
  const externalId = userId ?? idOf(at(contact, 'user_id')) ?? phone;
  if (externalId === undefined) return undefined;
  const name = nameOf(at(contact, 'profile'));
  return { scope: source, externalId, ...(name !== undefined && { name }) };
}

export function senderOf(item: Item): Sender | undefined {
  return personOf(item, { userId: at(item.wire, 'from_user_id'), phone: at(item.wire, 'from') });
}

function contactOf(contacts: readonly unknown[], key: string, id: string | undefined): unknown {
  return id === undefined ? undefined : contacts.find((contact) => idOf(at(contact, key)) === id);
}

function nameOf(profile: unknown): string | undefined {
  return cleanName(textOf(at(profile, 'name'))) ?? cleanName(textOf(at(profile, 'username')));
}
