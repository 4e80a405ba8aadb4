import type { Identity } from '../identity/identity.entity.js';
import type { ContactView, IdentityView } from './contact.dto.js';
import type { Contact } from './contact.entity.js';

export function viewOf(contact: Contact, identities: readonly Identity[]): ContactView {
  const { id, name, email, phone, language, note, attributes } = contact;
  return {
    id,
    name,
    email,
    phone,
    language,
    note,
    attributes,
    identities: identities.map(identityViewOf),
    createdAt: contact.createdAt.toISOString(),
    updatedAt: contact.updatedAt.toISOString(),
  };
}

export function identityViewOf({ id, messenger, scope, externalId, name, contactId }: Identity): IdentityView {
  return { id, messenger, scope, externalId, name, contactId };
}
