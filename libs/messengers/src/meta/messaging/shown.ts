import type { Attachment, OfferedChoice } from '#messenger-kit';

/** An attachment, and what of it belongs to the message as a whole. */
export interface Shown {
  readonly attachment: Attachment;
  /** What it says, where the message itself has no text. */
  readonly text?: string;
  readonly choices?: readonly OfferedChoice[];
  /** Meta's word for it, where it cannot be shown. */
  readonly hidden?: string;
}

/** What of a message is to be seen beside its text, in its order. */
export type Show = (message: unknown, text: string | undefined) => readonly Shown[];
