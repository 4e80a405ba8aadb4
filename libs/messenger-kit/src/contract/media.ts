import type { Readable } from 'node:stream';
import type { ChannelAccount } from './account.js';
import type { Attachment, AttachmentType } from '../unified-message.js';

export type MediaVerdict =
  /** `body` ends with an error when the content is larger than allowed, or breaks off. */
  | { readonly kind: 'loaded'; readonly body: Readable; readonly name?: string; readonly mimeType?: string }
  | {
      readonly kind: 'refused';
      /** `retry`: later it may be there. */
      readonly class: 'permanent' | 'retry' | 'too_large';
      /** Shown where the content should have been. */
      readonly sentence: string;
    };

/** Fetches what an inbound attachment refers to. */
export interface MediaLoader {
  /** Attachment types whose `reference` this can load. */
  readonly types: readonly AttachmentType[];
  load(
    account: ChannelAccount,
    attachment: Attachment & { readonly reference: string },
    options: { readonly maxBytes: number; readonly signal: AbortSignal },
  ): Promise<MediaVerdict>;
}
