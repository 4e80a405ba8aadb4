import fc from 'fast-check';
import { newId } from '#database';
import type { Caller } from '#identity';
import { ContactDirectory } from '../contact/contact-directory.js';
import { EditContact } from '../contact/edit-contact.js';
import { ContactBook } from '../identity/contact-book.js';
import { LinkIdentity } from '../identity/link-identity.js';
import { ProfileJob } from '../identity/profile-job.js';
import { type ContactsHouse, openContactsHouse } from '../testing/contacts-house.js';
import { MergeContacts } from './merge-contacts.js';

/** Real: PostgreSQL, twenty connections. */
let house: ContactsHouse;
let merges: MergeContacts;
let directory: ContactDirectory;
beforeAll(async () => {
  house = await openContactsHouse({ poolSize: 20 });
  merges = house.get(MergeContacts);
  directory = house.get(ContactDirectory);
});
afterAll(() => house.close());

const admin: Caller = { kind: 'user', id: newId(), role: 'admin', name: 'Ada' };
const rounds = process.env.PARLEY_TEST_ROUNDS === 'full' ? 300 : 4;

const edit = (id: string, wish: Parameters<EditContact['updateContact']>[2]) =>
  house.get(EditContact).updateContact(admin, id, wish);
const merge = (into: string, from: string) => merges.mergeContacts(admin, into, from);
const get = (id: string) => directory.get(admin, id);

function eventsOf(contactId: string) {
  return house.database.rows(
    `SELECT type, data FROM events WHERE data ->> 'contactId' = $1 AND type <> 'contact.changed' ORDER BY id`,
    [contactId],
  );
}

function auditOf(subjectId: string) {
  const text = 'SELECT action, before, after FROM audit_entries WHERE subject_id = $1 ORDER BY id';
  return house.database.rows(text, [subjectId]);
}

it('writes down who a person was said to be, once and without names', async () => {
  const [bohdan, other] = [await house.aPerson('Bohdan'), await house.aPerson('Olha')];
  const links = house.get(LinkIdentity);
  await links.linkIdentity(admin, bohdan.identityId, other.contactId);
  await links.linkIdentity(admin, bohdan.identityId, other.contactId);
  await links.unlinkIdentity(admin, bohdan.identityId);
  const [mine, theirs] = [{ contactId: bohdan.contactId }, { contactId: other.contactId }];
  expect(await auditOf(bohdan.identityId)).toEqual([
    { action: 'identity.linked', before: mine, after: theirs },
    { action: 'identity.unlinked', before: theirs, after: { contactId: null } },
  ]);
});

it('moves identities, and lets the merged id answer for the survivor', async () => {
  const [anna, other] = [await house.aPerson('Anna'), await house.aPerson('Anna S.')];
  const merged = await merge(anna.contactId, other.contactId);
  expect(merged.identities.map(({ id }) => id)).toEqual([anna.identityId, other.identityId].sort());
  expect(await get(other.contactId)).toEqual(merged);
  expect(await get(anna.contactId)).toEqual(merged);
  const { data } = await directory.list(admin, { limit: 100, text: 'anna' });
  expect(data.map(({ id }) => id)).toEqual([anna.contactId]);
  expect(await eventsOf(anna.contactId)).toEqual([
    { type: 'contact.merged', data: { contactId: anna.contactId, mergedId: other.contactId, name: 'Anna' } },
  ]);
  await merge(other.contactId, anna.contactId);
  const after = { mergedId: other.contactId, identityIds: [other.identityId] };
  expect(await auditOf(anna.contactId)).toEqual([{ action: 'contact.merged', before: null, after }]);
});

it('keeps of each field what the survivor has, else what the other has, and is found by all of it', async () => {
  const [anna, other] = [await house.aPerson('Anna'), await house.aPerson('Olha')];
  await edit(anna.contactId, { email: 'anna@example.com', note: 'Tea', attributes: { city: 'Kyiv', plan: 'gold' } });
  const theirs = { email: 'old@example.com', phone: '+380445550101', language: 'uk', note: 'Mornings' };
  await edit(other.contactId, { ...theirs, attributes: { city: 'Lviv', since: '2020' } });
  expect(await merge(anna.contactId, other.contactId)).toMatchObject({
    name: 'Anna',
    email: 'anna@example.com',
    phone: '+380445550101',
    language: 'uk',
    note: 'Tea\n\nMornings',
    attributes: { city: 'Kyiv', plan: 'gold', since: '2020' },
  });
  const { data } = await directory.list(admin, { limit: 100, text: '5550101' });
  expect(data.map(({ id }) => id)).toEqual([anna.contactId]);
});

it('keeps the record of what was merged, through later merges', async () => {
  const [a, b, c] = [await house.aPerson('A'), await house.aPerson('B'), await house.aPerson('C')];
  await edit(a.contactId, { note: 'first' });
  await merge(b.contactId, a.contactId);
  await merge(c.contactId, b.contactId);
  expect(await get(a.contactId)).toMatchObject({ id: c.contactId });
  const first = await merges.listContactMerges(admin, a.contactId, { limit: 1 });
  const second = await merges.listContactMerges(admin, c.contactId, { limit: 1, cursor: first.page.next! });
  expect([...first.data, ...second.data]).toMatchObject([
    { contactId: b.contactId, intoId: c.contactId, name: 'B', identityIds: [a.identityId, b.identityId].sort() },
    { contactId: a.contactId, intoId: b.contactId, name: 'A', note: 'first', mergedBy: `user:${admin.id}` },
  ]);
  expect(second.page.next).toBeNull();
});

it('is harmless when repeated, and when merged the other way round', async () => {
  const [anna, other] = [await house.aPerson('Anna'), await house.aPerson('Olha')];
  const merged = await merge(anna.contactId, other.contactId);
  expect(await merge(anna.contactId, other.contactId)).toEqual(merged);
  expect(await merge(other.contactId, anna.contactId)).toEqual(merged);
  expect(await eventsOf(anna.contactId)).toHaveLength(1);
});

it('refuses a contact with itself, and contacts the caller may not see', async () => {
  const [anna, other] = [await house.aPerson('Anna'), await house.aPerson('Olha')];
  await expect(merge(anna.contactId, anna.contactId)).rejects.toMatchObject({ statusCode: 422 });
  await expect(merge(anna.contactId, newId())).rejects.toMatchObject({
    statusCode: 404,
    pointers: [{ pointer: '#/from' }],
  });
  const agent: Caller = { ...admin, id: newId(), role: 'agent' };
  house.visibility.allow(agent.id, anna.contactId);
  const unseen = merges.mergeContacts(agent, anna.contactId, other.contactId);
  await expect(unseen).rejects.toMatchObject({ statusCode: 404 });
  house.visibility.allow(agent.id, other.contactId);
  expect(await merges.mergeContacts(agent, anna.contactId, other.contactId)).toMatchObject({ id: anna.contactId });
});

it('a name that was being fetched for the merged contact does not bring it back', async () => {
  const [anna, nameless] = [await house.aPerson(), await house.aPerson()];
  house.profiles.answer = async () => {
    await merge(anna.contactId, nameless.contactId);
    return { name: 'Late' };
  };
  await Promise.all(await house.get(ProfileJob).run({ identityId: nameless.identityId, channelId: newId() }));
  expect(await get(nameless.contactId)).toMatchObject({ id: anna.contactId, name: 'Late' });
  expect(await house.database.rows('SELECT FROM contacts WHERE id = $1', [nameless.contactId])).toEqual([]);
});

/** What happens at once; numbers name people in the order they came. */
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('merge' as const), a: fc.nat(7), b: fc.nat(7) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('write' as const), a: fc.nat(11), b: fc.nat(0) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('edit' as const), a: fc.nat(7), b: fc.nat(0) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('profile' as const), a: fc.nat(7), b: fc.nat(0) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('relink' as const), a: fc.nat(7), b: fc.nat(0) }) },
  ),
  { minLength: 8, maxLength: 16 },
);

it('whatever is merged at once while people write, are renamed and looked up: one contact per group, nothing doubled', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (chosen) => {
      const people = await Promise.all(Array.from({ length: 8 }, () => house.aPerson()));
      const strangers = Array.from({ length: 4 }, () => newId());
      const writers = [...people.map(({ externalId }) => externalId), ...strangers];
      house.profiles.answer = () => Promise.resolve({ name: 'Told' });
      const edited: string[] = [];
      await Promise.all(
        chosen.map(async ({ do: what, a, b }, index) => {
          if (what === 'merge' && a !== b) await merge(people[a]!.contactId, people[b]!.contactId);
          if (what === 'write') {
            const sender = { messenger: 'pigeon', scope: '', externalId: writers[a]!, channelId: newId() };
            await house.database.transaction((tx) => house.get(ContactBook).identify(tx, [sender]));
          }
          if (what === 'edit') {
            await edit(people[a]!.contactId, { attributes: { [`n${index}`]: 'x' } });
            edited.push(`${a}/n${index}`);
          }
          if (what === 'profile')
            await Promise.all(
              await house.get(ProfileJob).run({ identityId: people[a]!.identityId, channelId: newId() }),
            );
          if (what === 'relink')
            await house.get(LinkIdentity).linkIdentity(admin, people[a]!.identityId, people[a]!.contactId);
        }),
      );
      const groups = new Groups(people.length);
      for (const { do: what, a, b } of chosen) if (what === 'merge') groups.join(a, b);
      const answers = await Promise.all(people.map(({ contactId }) => get(contactId)));
      for (const [index, answer] of answers.entries()) {
        const members = people.filter((_, other) => groups.of(other) === groups.of(index));
        expect(answer.identities.map(({ id }) => id)).toEqual(members.map(({ identityId }) => identityId).sort());
        expect(answer.id).toBe(answers[groups.of(index)]!.id);
      }
      for (const one of edited) {
        const [number, name] = one.split('/') as [string, string];
        expect(answers[Number(number)]!.attributes).toHaveProperty(name, 'x');
      }
      const wrote = new Set(chosen.filter((step) => step.do === 'write' && step.a >= 8).map(({ a }) => writers[a]!));
      const known = await house.database.rows<{ contacts: number }>(
        `SELECT count(DISTINCT contact_id)::int AS contacts FROM identities WHERE external_id = ANY ($1)`,
        [strangers],
      );
      expect(known[0]!.contacts).toBe(wrote.size);
    }),
    { numRuns: rounds },
  );
}, 120_000);

/** Who is the same person after all merges, in whatever order. */
class Groups {
  private readonly parents: number[];

  constructor(size: number) {
    this.parents = Array.from({ length: size }, (_, index) => index);
  }

  of(index: number): number {
    const parent = this.parents[index]!;
    return parent === index ? index : this.of(parent);
  }

  join(a: number, b: number): void {
    this.parents[this.of(a)] = this.of(b);
  }
}
