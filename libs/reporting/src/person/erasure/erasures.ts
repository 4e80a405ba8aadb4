import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, pageOf, type Page, type PageQuery, Problem } from '#api-kit';
import { CloseChat } from '#chats';
import { ContactErasure } from '#contacts';
import { Database, isId, KeyRing, newId, type Tx } from '#database';
import { audit, callerKey, type Caller } from '#identity';
import { EraseJob } from './erase-job.js';
import type { ErasureView } from './erasure.dto.js';
import { ErasureRepository, type ErasureRow } from './erasure.repository.js';
import { sealNeedles } from './needles.js';

/** Erases people: who it was at once, what they left bit by bit. */
@Injectable()
export class Erasures {
  constructor(
    private readonly database: Database,
    private readonly contacts: ContactErasure,
    private readonly chats: CloseChat,
    private readonly erasures: ErasureRepository,
    private readonly job: EraseJob,
    private readonly keys: KeyRing,
  ) {}

  /**
   * From the commit on nobody is known by this contact's id, its open chats are closed and what the person writes comes from a
   * stranger. Texts, files and traces follow in a job. Asked again, the same erasure is answered.
   */
  eraseContact(caller: Caller, contactId: string): Promise<ErasureView> {
    return this.database.transaction(async (tx) => {
      const forgotten = await this.contacts.forget(tx, contactId);
      if (!forgotten) return viewOf(await this.before(tx, contactId));
      await this.chats.closeAllOf(
        tx,
        caller,
        forgotten.identities.map(({ id }) => id),
      );
      const id = newId();
      const needles = sealNeedles(this.keys, id, forgotten.identities);
      const erasure = { id, needles, requestedBy: callerKey(caller), step: this.job.firstStep };
      const added = await this.erasures.add(tx, erasure, forgotten);
      await this.job.begin(tx, added);
      await audit(tx, { action: 'contact.erased', subjectId: added.contactId, after: { erasureId: id } });
      return viewOf(added);
    });
  }

  async getErasure(erasureId: string): Promise<ErasureView> {
    const erasure = await this.erasures.get(erasureId);
    if (!erasure) throw Problem.notFound('erasure');
    return viewOf(erasure);
  }

  async listErasures({ cursor, limit }: PageQuery): Promise<Page<ErasureView>> {
    const found = await this.erasures.page(placeOf(cursor), limit + 1);
    return pageOf(found.map(viewOf), limit, ({ id }) => encodeCursor([id]));
  }

  private async before(tx: Tx, contactId: string): Promise<ErasureRow> {
    const erasure = await this.erasures.of(tx, contactId);
    if (!erasure) throw Problem.notFound('contact');
    return erasure;
  }
}

function viewOf({ id, contactId, step, counts, requestedBy, requestedAt, finishedAt }: ErasureRow): ErasureView {
  return {
    id,
    contactId,
    state: finishedAt === null ? 'running' : 'done',
    step,
    counts,
    requestedBy,
    requestedAt: requestedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}

function placeOf(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const [id] = decodeCursor(cursor, 1);
  if (isId(id)) return id;
  throw Problem.unknownCursor();
}
