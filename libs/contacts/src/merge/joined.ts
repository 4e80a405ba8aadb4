import type { Attributes, Contact } from '../contact/contact.entity.js';
import { wordsOf } from '../contact/words.js';

export type Profile = Pick<Contact, 'name' | 'email' | 'phone' | 'language' | 'note' | 'attributes'>;

/**
 * What is kept of two contacts that are one person: of each field what the survivor has, else what the other has; both
 * notes, the survivor's first; the attributes of both, the survivor's where both have one.
 */
export function joined(survivor: Profile, other: Profile): Profile & { readonly words: string } {
  const notes = [survivor.note, other.note].filter((note) => note !== null);
  const attributes: Attributes = { ...other.attributes, ...survivor.attributes };
  const profile = {
    name: survivor.name ?? other.name,
    email: survivor.email ?? other.email,
    phone: survivor.phone ?? other.phone,
    language: survivor.language ?? other.language,
    note: notes.length > 0 ? [...new Set(notes)].join('\n\n') : null,
    attributes,
  };
  return { ...profile, words: wordsOf(profile) };
}
