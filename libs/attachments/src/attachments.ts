import { buffer } from 'node:stream/consumers';
import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database, isId, type Tx } from '#database';
import { callerKey, type Caller } from '#identity';
import type { Attachment, OutgoingFile } from '#messenger-kit';
import { PUBLIC_URL } from '#registration';
import { toFile, type AttachmentFile } from './attachment-file.js';
import { AttachmentRepository, type AttachmentRow } from './attachment.repository.js';
import { Expectations, type Expected } from './expectations.js';
import { SignedLinks } from './signed-links.js';
import { ContentGone, ContentUnreadable, Storage } from './storage/storage.js';

const ERASED_AT_ONCE = 100;

/** Files as the rooms above use them. */
@Injectable()
export class Attachments {
  constructor(
    private readonly database: Database,
    private readonly repository: AttachmentRepository,
    private readonly expectations: Expectations,
    private readonly links: SignedLinks,
    private readonly storage: Storage,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  /** Whether there is content to fetch: the attachment then needs an id. Everything else is complete as it came. */
  hasContent(messenger: string, attachment: Attachment): boolean {
    return this.expectations.hasContent(messenger, attachment);
  }

  /**
   * Notes what must be fetched, in the transaction that stores the messages: two statements, issued at once; none when
   * nothing has content (`hasContent`). Repeating it is harmless.
   */
  expect(tx: Tx, wanted: readonly Expected[]): Promise<void> {
    return this.expectations.expect(tx, wanted);
  }

  /** How each of these stands, with a link where it is stored; unknown ids are left out. Whether the caller may know is asked before. */
  async views(source: Tx | Database, ids: readonly string[]): Promise<ReadonlyMap<string, AttachmentFile>> {
    if (ids.length === 0) return new Map();
    const found = await this.repository.byIds(source, ids);
    return new Map(found.map((one) => [one.id, toFile(one, this.links)]));
  }

  /**
   * The caller's uploads for a message, in the order given, locked until the transaction ends. Problem 422 with pointers
   * `#/attachments/{index}` for whatever is not theirs, not complete, expired, used already, or named twice.
   */
  async takeUploads(tx: Tx, caller: Caller, ids: readonly string[]): Promise<Attachment[]> {
    if (ids.length === 0) return [];
    const given = ids.map((id) => id.toLowerCase());
    const locked = await this.repository.lockUploads(tx, callerKey(caller), given.filter(isId));
    const uploads = new Map(locked.map((one) => [one.id, one]));
    const taken = given.flatMap((id, index) => (given.indexOf(id) === index ? (uploads.get(id) ?? []) : []));
    if (taken.length === given.length) return taken.map(toAttachment);
    const wrong = given.flatMap((id, index) => (uploads.has(id) && given.indexOf(id) === index ? [] : [index]));
    throw Problem.invalid(
      'An attachment cannot be sent: upload it first, and use it once.',
      wrong.map((index) => ({ pointer: `#/attachments/${index}`, detail: 'is not an unused upload of yours' })),
    );
  }

  /** Binds uploads taken in the same transaction to their message: they are kept from now on. */
  async attach(tx: Tx, chatId: string, messageId: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const attached = await this.repository.attach(tx, chatId, messageId, ids);
    if (attached !== ids.length) throw new Error('attach() is for uploads that takeUploads() gave in this transaction');
  }

  /**
   * The content of a message on its way out, in the order given. Throws `ContentGone` when one is not stored; so does reading
   * it, and `ContentUnreadable` when the storage cannot be asked now.
   */
  async files(ids: readonly string[]): Promise<OutgoingFile[]> {
    if (ids.length === 0) return [];
    const found = new Map((await this.repository.byIds(this.database, ids)).map((one) => [one.id, one]));
    return ids.map((id) => {
      const one = found.get(id);
      if (one?.state !== 'stored') throw new ContentGone();
      return this.toOutgoing(one);
    });
  }

  /** For messages that were deleted: nobody gets the content from the commit on, and the next clean-up removes it. */
  async discard(tx: Tx, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.repository.expire(tx, ids, 'This was deleted.');
  }

  /**
   * Removes some of the files of these chats, content first, and says how many; 0 when none is left. A file that is being
   * fetched meanwhile is removed by whoever fetches it.
   */
  async eraseOf(chatIds: readonly string[]): Promise<number> {
    const ended = await this.repository.endOf(this.database, chatIds, ERASED_AT_ONCE);
    for (const { storageKey } of ended) await this.storage.remove(storageKey);
    const ids = ended.map(({ id }) => id);
    if (ids.length > 0) await this.repository.remove(this.database, ids);
    return ids.length;
  }

  private toOutgoing({ id, type, name, mimeType, size, storageKey }: AttachmentRow): OutgoingFile {
    return {
      type,
      name: name ?? type,
      link: `${this.publicUrl.replace(/\/+$/, '')}${this.links.lastingPathOf(id, name ?? type)}`,
      mimeType: mimeType ?? 'application/octet-stream',
      size: size ?? 0,
      read: () => this.contentOf(storageKey),
    };
  }

  private async contentOf(storageKey: string): Promise<Buffer> {
    try {
      return await buffer(await this.storage.read(storageKey));
    } catch (error) {
      throw error instanceof ContentGone ? error : new ContentUnreadable(error);
    }
  }
}

function toAttachment({ id, type, name, mimeType, size }: AttachmentRow): Attachment {
  return { type, id, name: name ?? undefined, mimeType: mimeType ?? undefined, size: size ?? undefined };
}
