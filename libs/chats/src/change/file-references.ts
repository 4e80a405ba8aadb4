import { Injectable, Logger } from '@nestjs/common';
import { KeyRing, type SealedColumn } from '#database';
import type { Attachment, ChangeEvent } from '#messenger-kit';

/** What a change that waits keeps sealed. */
export const WAITING_SEALED: SealedColumn = {
  table: 'waiting_changes',
  column: 'file_references',
  form: 'text',
  boundTo: (id) => `waiting_changes/${id}/file_references`,
};

export interface SealedChange {
  readonly event: ChangeEvent;
  /** Null where the event refers to no file. */
  readonly fileReferences: string | null;
}

/** Who knows a messenger's reference may read the file: at rest it is sealed for its very row. */
@Injectable()
export class FileReferences {
  private readonly logger = new Logger(FileReferences.name);

  constructor(private readonly keys: KeyRing) {}

  seal(id: string, event: ChangeEvent): SealedChange {
    const references = attachmentsOf(event).map(({ reference }) => reference ?? null);
    if (references.every((reference) => reference === null)) return { event, fileReferences: null };
    const sealed = this.keys.encryptText(JSON.stringify(references), WAITING_SEALED.boundTo(id, ''));
    return { event: withReferences(event, []), fileReferences: sealed };
  }

  /** What no key of the ring opens costs the files, never the change, nor the message that came for it. */
  open(id: string, { event, fileReferences }: SealedChange): ChangeEvent {
    if (fileReferences === null) return event;
    try {
      const opened = this.keys.decryptText(fileReferences, WAITING_SEALED.boundTo(id, ''));
      return withReferences(event, JSON.parse(opened) as (string | null)[]);
    } catch (error) {
      this.logger.warn(`The files of change ${id} cannot be asked for: ${(error as Error).message}`);
      return event;
    }
  }
}

function attachmentsOf(event: ChangeEvent): readonly Attachment[] {
  return event.kind === 'edit' || event.kind === 'echo' ? (event.content.attachments ?? []) : [];
}

function withReferences(event: ChangeEvent, references: readonly (string | null)[]): ChangeEvent {
  if (event.kind !== 'edit' && event.kind !== 'echo') return event;
  const attachments = attachmentsOf(event).map(({ reference: _gone, ...rest }, place) => {
    const reference = references[place];
    return reference == null ? rest : { ...rest, reference };
  });
  return { ...event, content: { ...event.content, attachments } };
}
