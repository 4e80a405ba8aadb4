import { Injectable } from '@nestjs/common';
import { KeyRing, type SealedColumn } from '#database';
import { MessengerRegistry, type MediaVerdict } from '#messenger-kit';
import { Channels } from '#registration';
import type { AttachmentRow } from './attachment.repository.js';
import { AttachmentsOptions } from './attachments-options.js';

/** What a reference is sealed for: it cannot be moved to another row. */
export function sealedFor(id: string): string {
  return `attachments/${id}/reference`;
}

/** What this room keeps sealed. */
export const ATTACHMENTS_SEALED: readonly SealedColumn[] = [
  { table: 'attachments', column: 'reference', form: 'text', boundTo: sealedFor },
];

/** Asks the channel's messenger for content. The only place where a reference is opened. */
@Injectable()
export class MediaSource {
  constructor(
    private readonly channels: Channels,
    private readonly messengers: MessengerRegistry,
    private readonly keys: KeyRing,
    private readonly options: AttachmentsOptions,
  ) {}

  async load(row: AttachmentRow, signal: AbortSignal): Promise<MediaVerdict> {
    const account = await this.channels.account(row.channelId ?? '');
    const media = this.messengers.get(account.messenger)?.media;
    if (!media)
      return { kind: 'refused', class: 'permanent', sentence: 'This server cannot fetch files there any more.' };
    const attachment = {
      id: row.id,
      type: row.type,
      name: row.name ?? undefined,
      mimeType: row.mimeType ?? undefined,
      size: row.size ?? undefined,
      reference: this.keys.decryptText(row.reference ?? '', sealedFor(row.id)),
    };
    return media.load(account, attachment, { maxBytes: this.options.maxBytes, signal });
  }
}
