import type { AttachmentType } from '#messenger-kit';
import type { AttachmentRow, AttachmentState } from './attachment.repository.js';
import type { SignedLinks } from './signed-links.js';

/** An attachment's content as callers see it. */
export interface AttachmentFile {
  readonly id: string;
  readonly type: AttachmentType;
  readonly state: AttachmentState;
  readonly name: string | null;
  readonly mimeType: string | null;
  readonly size: number | null;
  /** A path on this server that opens the content for some minutes without further proof; null until it is stored. */
  readonly url: string | null;
  /** Why there is no content and will be none, in a sentence a person understands. */
  readonly failure: string | null;
}

export function toFile(row: AttachmentRow, links: SignedLinks): AttachmentFile {
  const { id, type, state, name, mimeType, size, failure } = row;
  return { id, type, state, name, mimeType, size, url: state === 'stored' ? links.pathOf(id) : null, failure };
}
