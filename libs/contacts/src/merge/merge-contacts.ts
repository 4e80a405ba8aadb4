import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, pageOf, type Page, type PageQuery, Problem } from '#api-kit';
import { Database, isId, type Tx } from '#database';
import { audit, callerKey, type Caller } from '#identity';
import type { ContactView } from '../contact/contact.dto.js';
import { ContactDirectory } from '../contact/contact-directory.js';
import { ContactNews } from '../contact/contact-news.js';
import { ContactRepository } from '../contact/contact.repository.js';
import { IdentityRepository } from '../identity/identity.repository.js';
import { joined } from './joined.js';
import type { MergeView } from './merge.dto.js';
import { type Merge, MergeRepository } from './merge.repository.js';

/** Two contacts that turn out to be one person. */
@Injectable()
export class MergeContacts {
  constructor(
    private readonly database: Database,
    private readonly contacts: ContactRepository,
    private readonly directory: ContactDirectory,
    private readonly identities: IdentityRepository,
    private readonly merges: MergeRepository,
    private readonly news: ContactNews,
  ) {}

  /**
   * Moves all of `fromId` to `intoId`: its identities, and with them its chats, open ones too. Its id answers for the
   * survivor from then on, so that repeating a merge, or merging the other way round, finds one contact and changes nothing.
   */
  mergeContacts(caller: Caller, intoId: string, fromId: string): Promise<ContactView> {
    return this.database.transaction(async (tx) => {
      await this.identities.takeTurn(tx);
      const into = await this.directory.require(caller, intoId, tx);
      if (intoId === fromId) throw sameContact();
      const from = await this.directory.require(caller, fromId, tx, '#/from');
      return into === from ? this.directory.viewById(tx, into) : this.merge(tx, into, from, callerKey(caller));
    });
  }

  async listContactMerges(caller: Caller, contactId: string, { cursor, limit }: PageQuery): Promise<Page<MergeView>> {
    const id = await this.directory.require(caller, contactId);
    const merges = await this.merges.of(id, limit + 1, placeOf(cursor));
    const page = pageOf(merges, limit, ({ mergedAt, mergedId }) => encodeCursor([mergedAt.toISOString(), mergedId]));
    return { ...page, data: page.data.map(viewOf) };
  }

  /** Identities are locked before contacts, as wherever both are. */
  private async merge(tx: Tx, intoId: string, fromId: string, mergedBy: string): Promise<ContactView> {
    const identityIds = await this.identities.moveAll(tx, fromId, intoId);
    const [into, from] = [await this.contacts.lock(tx, intoId), await this.contacts.lock(tx, fromId)];
    if (!into || !from) throw Problem.notFound('contact');
    const { name, email, phone, language, note, attributes } = from;
    const profile = { name, email, phone, language, note, attributes };
    const merged = { ...profile, createdAt: from.createdAt.toISOString(), identityIds };
    await this.merges.record(tx, { mergedId: fromId, intoId, mergedBy, mergedAt: new Date(), merged });
    await this.contacts.remove(tx, fromId);
    const survivor = await this.contacts.change(tx, intoId, joined(into, from));
    await this.news.merged(tx, survivor, fromId);
    await audit(tx, { action: 'contact.merged', subjectId: intoId, after: { mergedId: fromId, identityIds } });
    return this.directory.view(tx, survivor);
  }
}

function sameContact(): Problem {
  return Problem.invalid('A contact cannot be merged with itself.', [
    { pointer: '#/from', detail: 'is the contact of the address' },
  ]);
}

function viewOf({ mergedId, intoId, mergedBy, mergedAt, merged }: Merge): MergeView {
  return { contactId: mergedId, intoId, mergedBy, mergedAt: mergedAt.toISOString(), ...merged };
}

/** Merges are told apart by milliseconds: one is made at a time, and takes longer than that. */
function placeOf(cursor: string | undefined) {
  if (cursor === undefined) return undefined;
  const [mergedAt, mergedId] = decodeCursor(cursor, 2);
  if (!isId(mergedId) || Number.isNaN(Date.parse(mergedAt ?? ''))) throw Problem.unknownCursor();
  return { mergedAt: new Date(mergedAt!).toISOString(), mergedId };
}
