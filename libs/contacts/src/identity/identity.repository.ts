import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, type Repository } from 'typeorm';
import { Database, row, rows, type Tx } from '#database';
import type { Recipient } from '#messenger-kit';
import { Identity } from './identity.entity.js';

export interface IdentityKey {
  readonly messenger: string;
  readonly scope: string;
  readonly externalId: string;
}

export interface Newcomer extends IdentityKey {
  readonly identityId: string;
  /** Null for a guest. */
  readonly contactId: string | null;
  readonly name: string | null;
  /** What the contact is found by. */
  readonly words: string;
}

export interface NamedIdentity extends Recipient {
  readonly id: string;
  readonly name: string | null;
}

/** What a messenger said somebody is called; null where it does not say. */
export interface ToldName {
  readonly identityId: string;
  readonly name: string | null;
  /** What their contact is found by. */
  readonly words: string;
}

/** The lock of `takeTurn`. */
const TURN = 7_235_419_010;

/** Locked: whoever is found stays who they are until a chat was opened for them, and is not erased meanwhile. */
const FIND = {
  name: 'contacts-find-identities',
  text: `
    SELECT w.place::int AS place, i.id AS "identityId", i.contact_id AS "contactId"
    FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS w (messenger, scope, external_id, place)
    CROSS JOIN LATERAL (
      SELECT id, contact_id FROM identities
      WHERE messenger = w.messenger AND scope = w.scope AND external_id = w.external_id OFFSET 0 FOR KEY SHARE
    ) AS i`,
};

/** Whoever's identity came first also gets the contact, unless as a guest; the others' prepared contacts are never written. */
const ADD_ONCE = {
  name: 'contacts-add-identities',
  text: `
    WITH won AS (
      INSERT INTO identities (id, contact_id, messenger, scope, external_id, name)
      SELECT n.id, n.contact_id, n.messenger, n.scope, n.external_id, n.name
      FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
        AS n (id, contact_id, messenger, scope, external_id, name)
      ON CONFLICT (messenger, scope, external_id) DO NOTHING
      RETURNING id
    ), their_contacts AS (
      INSERT INTO contacts (id, name, words)
      SELECT n.contact_id, n.name, n.words
      FROM unnest($1::uuid[], $2::uuid[], $6::text[], $7::text[]) AS n (id, contact_id, name, words)
      WHERE n.contact_id IS NOT NULL AND n.id = ANY (ARRAY(SELECT id FROM won))
    )
    SELECT id AS "identityId" FROM won`,
};

const RECIPIENT = {
  name: 'contacts-recipient',
  text: 'SELECT scope, external_id AS "externalId" FROM identities WHERE id = $1',
};

const APPLY_NAMES = {
  name: 'contacts-apply-names',
  text: `
    WITH told AS (
      SELECT i.id, t.name, t.words FROM unnest($1::uuid[], $2::text[], $3::text[]) AS t (identity_id, name, words)
      JOIN identities i ON i.id = t.identity_id WHERE i.erased_at IS NULL ORDER BY i.id FOR NO KEY UPDATE OF i
    ), identity AS (
      UPDATE identities i SET name = coalesce(i.name, t.name), profile_fetched_at = now()
      FROM told t WHERE i.id = t.id RETURNING i.contact_id, t.name, t.words
    )
    UPDATE contacts c SET name = i.name, words = trim(i.words || ' ' || c.words), updated_at = now()
    FROM identity i WHERE c.id = i.contact_id AND c.name IS NULL AND i.name IS NOT NULL
    RETURNING c.id, c.name`,
};

/** The statements on identities: those of the receiving path take whole batches. */
@Injectable()
export class IdentityRepository {
  constructor(@InjectRepository(Identity) private readonly identities: Repository<Identity>) {}

  /** Those that are known, by their place in `keys`. */
  async find(tx: Tx, keys: readonly IdentityKey[]) {
    return rows<{ place: number; identityId: string; contactId: string | null }>(tx, FIND, [
      keys.map((key) => key.messenger),
      keys.map((key) => key.scope),
      keys.map((key) => key.externalId),
    ]);
  }

  /**
   * Adds those who are still unknown, each with a contact, and returns the ids of the ones added. Whoever is missing
   * in the answer was added by another transaction, which is committed by then. `newcomers` must be sorted, the same
   * way everywhere: then two batches with the same people wait for each other instead of deadlocking.
   */
  async addOnce(tx: Tx, newcomers: readonly Newcomer[]): Promise<string[]> {
    const added = await rows<{ identityId: string }>(tx, ADD_ONCE, [
      newcomers.map((newcomer) => newcomer.identityId),
      newcomers.map((newcomer) => newcomer.contactId),
      newcomers.map((newcomer) => newcomer.messenger),
      newcomers.map((newcomer) => newcomer.scope),
      newcomers.map((newcomer) => newcomer.externalId),
      newcomers.map((newcomer) => newcomer.name),
      newcomers.map((newcomer) => newcomer.words),
    ]);
    return added.map(({ identityId }) => identityId);
  }

  /** Whom identities belong to is changed by one transaction of the house at a time: those changes are few and short. */
  async takeTurn(tx: Tx): Promise<void> {
    await rows(tx, 'SELECT pg_advisory_xact_lock($1)', [TURN]);
  }

  /** Nothing for those that are erased. */
  get(id: string, tx?: Tx): Promise<Identity | null> {
    return (tx ? tx.getRepository(Identity) : this.identities).findOneBy({ id, erasedAt: IsNull() });
  }

  async assign(tx: Tx, id: string, contactId: string | null): Promise<void> {
    await tx.getRepository(Identity).update({ id }, { contactId });
  }

  /** All that belong to one contact belong to the other from now on; answers which. */
  async moveAll(tx: Tx, fromId: string, toId: string): Promise<string[]> {
    const moved = await rows<{ id: string }>(
      tx,
      'UPDATE identities SET contact_id = $2 WHERE contact_id = $1 RETURNING id',
      [fromId, toId],
    );
    return moved.map(({ id }) => id).sort();
  }

  recipient(door: Tx | Database, identityId: string): Promise<Recipient | undefined> {
    return door instanceof Database ? door.row(RECIPIENT, [identityId]) : row(door, RECIPIENT, [identityId]);
  }

  named(database: Database, ids: readonly string[]): Promise<NamedIdentity[]> {
    return database.rows(
      {
        name: 'contacts-named-identities',
        text: 'SELECT id, scope, external_id AS "externalId", name FROM identities WHERE id = ANY ($1::uuid[])',
      },
      [ids],
    );
  }

  /**
   * Notes that profiles were read. A name is kept where there was none; the contact's too. Answers the contacts that have
   * got one.
   */
  async applyNames(tx: Tx, names: readonly ToldName[]): Promise<{ id: string; name: string }[]> {
    const sorted = [...names].sort((a, b) => (a.identityId < b.identityId ? -1 : 1));
    return rows(tx, APPLY_NAMES, [
      sorted.map(({ identityId }) => identityId),
      sorted.map(({ name }) => name),
      sorted.map(({ words }) => words),
    ]);
  }
}
