import { Injectable } from '@nestjs/common';
import { type Database, newId, type Tx } from '#database';
import { Jobs } from '#jobs';
import { cleanName, type Recipient } from '#messenger-kit';
import { wordsOf } from '../contact/words.js';
import { type IdentityKey, IdentityRepository, type Newcomer } from './identity.repository.js';
import { PEOPLE_A_JOB, PROFILE_JOB, type ProfileRequest } from './profile-job.js';

/** Somebody who wrote on one of our channels. */
export interface KnownSender extends IdentityKey {
  /** The name, where the event itself carried one. */
  readonly name?: string;
  /** Where they wrote: their profile is looked up there. */
  readonly channelId: string;
  /** Whether they stay guests, should they be new: an identity without a contact. */
  readonly asGuest?: boolean;
}

export interface Identified {
  readonly identityId: string;
  /** Null for a guest. */
  readonly contactId: string | null;
}

const LOOKS = 3;

/** Who is who: identities on their messengers, and the contacts they belong to. */
@Injectable()
export class ContactBook {
  constructor(
    private readonly identities: IdentityRepository,
    private readonly jobs: Jobs,
  ) {}

  /**
   * Finds or makes the identity, and with it the contact, of each sender (no contact for new guests); answers in the order given. One statement
   * when all are known. However many transactions meet one new person at once, on however many nodes, one identity and
   * one contact remain. Names of new people who came without one are looked up by a job that is enqueued in `tx`.
   */
  async identify(tx: Tx, senders: readonly KnownSender[]): Promise<Identified[]> {
    const people = distinct(senders);
    const known = new Map<string, Identified>();
    let missing = await this.findInto(known, tx, [...people.values()]);
    for (let look = 1; missing.length > 0; look++) {
      if (look > LOOKS) throw new Error('Identities were removed faster than they could be found');
      missing = await this.addInto(known, tx, missing);
      if (missing.length > 0) missing = await this.findInto(known, tx, missing);
    }
    return senders.map((sender) => known.get(keyOf(sender))!);
  }

  /** Whom an answer to this identity goes to; undefined when there is no such identity. */
  recipientOf(door: Tx | Database, identityId: string): Promise<Recipient | undefined> {
    return this.identities.recipient(door, identityId);
  }

  private async findInto(known: Map<string, Identified>, tx: Tx, people: KnownSender[]): Promise<KnownSender[]> {
    if (people.length === 0) return [];
    for (const { place, identityId, contactId } of await this.identities.find(tx, people)) {
      known.set(keyOf(people[place - 1]!), { identityId, contactId });
    }
    return people.filter((person) => !known.has(keyOf(person)));
  }

  private async addInto(known: Map<string, Identified>, tx: Tx, people: KnownSender[]): Promise<KnownSender[]> {
    const newcomers = new Map(people.sort(byKey).map((person) => [newId(), person]));
    const rows = [...newcomers].map(([identityId, person]) => toNewcomer(identityId, person));
    const contactIds = new Map(rows.map((row) => [row.identityId, row.contactId]));
    const nameless: ProfileRequest[] = [];
    for (const identityId of await this.identities.addOnce(tx, rows)) {
      const person = newcomers.get(identityId)!;
      known.set(keyOf(person), { identityId, contactId: contactIds.get(identityId) ?? null });
      if (!nameOf(person)) nameless.push({ identityId, channelId: person.channelId });
    }
    await this.jobs.enqueue(tx, PROFILE_JOB, inGroups(nameless));
    return people.filter((person) => !known.has(keyOf(person)));
  }
}

function inGroups(requests: readonly ProfileRequest[]): ProfileRequest[][] {
  const groups: ProfileRequest[][] = [];
  for (let from = 0; from < requests.length; from += PEOPLE_A_JOB)
    groups.push(requests.slice(from, from + PEOPLE_A_JOB));
  return groups;
}

/** Each person once; the first event that carries a name names them. */
function distinct(senders: readonly KnownSender[]): Map<string, KnownSender> {
  const people = new Map<string, KnownSender>();
  for (const sender of senders) {
    const key = keyOf(sender);
    const other = people.get(key);
    if (!other || (!nameOf(other) && nameOf(sender))) people.set(key, sender);
  }
  return people;
}

function toNewcomer(identityId: string, person: KnownSender): Newcomer {
  const { messenger, scope, externalId, asGuest } = person;
  const name = nameOf(person);
  const contactId = asGuest ? null : newId();
  return { identityId, contactId, messenger, scope, externalId, name, words: wordsOf({ name }) };
}

function nameOf(sender: KnownSender): string | null {
  return cleanName(sender.name) ?? null;
}

function keyOf(key: IdentityKey): string {
  return `${key.messenger}\0${key.scope}\0${key.externalId}`;
}

function byKey(a: IdentityKey, b: IdentityKey): number {
  return keyOf(a) < keyOf(b) ? -1 : 1;
}
