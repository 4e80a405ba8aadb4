import { Injectable } from '@nestjs/common';
import { KeyRing, type Tx } from '#database';
import { Jobs } from '#jobs';
import { MessengerRegistry, type Attachment } from '#messenger-kit';
import { AttachmentRepository, type ExpectedRow } from './attachment.repository.js';
import { AttachmentsOptions } from './attachments-options.js';
import { FETCH_JOB } from './fetch-job.js';
import { claimedType, fileName } from './file-name.js';
import { sealedFor } from './media-source.js';
import { newStorageKey } from './storage/storage.js';

/** An attachment whose content a messenger has: of a message that is being stored, or of none (the picture of an account). */
export interface Expected {
  /** The id given to the attachment in the message's content. */
  readonly id: string;
  readonly messenger: string;
  readonly channelId: string;
  readonly chatId: string | null;
  readonly messageId: string | null;
  readonly attachment: Attachment;
}

/** The receiving path's part: notes what is to be fetched. */
@Injectable()
export class Expectations {
  constructor(
    private readonly repository: AttachmentRepository,
    private readonly messengers: MessengerRegistry,
    private readonly jobs: Jobs,
    private readonly keys: KeyRing,
    private readonly options: AttachmentsOptions,
  ) {}

  hasContent(messenger: string, { type, reference }: Attachment): boolean {
    return reference !== undefined && this.messengers.get(messenger)?.media?.types.includes(type) === true;
  }

  async expect(tx: Tx, wanted: readonly Expected[]): Promise<void> {
    const expected = wanted.filter(({ messenger, attachment }) => this.hasContent(messenger, attachment));
    if (expected.length === 0) return;
    const { maxAttempts } = this.options;
    const toFetch = expected.map(({ id }) => ({ id }));
    const noted = this.repository.expect(
      tx,
      expected.map((one) => this.toRow(one)),
    );
    await Promise.all([noted, this.jobs.enqueue(tx, FETCH_JOB, toFetch, { maxAttempts, yields: true })]);
  }

  private toRow({ id, channelId, chatId, messageId, attachment }: Expected): ExpectedRow {
    const { type, name, mimeType, size, reference = '' } = attachment;
    return {
      id,
      channelId,
      chatId,
      messageId,
      type,
      name: fileName(name) ?? null,
      mimeType: claimedType(mimeType) ?? null,
      size: size !== undefined && Number.isSafeInteger(size) && size >= 0 ? size : null,
      storageKey: newStorageKey(),
      reference: this.keys.encryptText(reference, sealedFor(id)),
    };
  }
}
