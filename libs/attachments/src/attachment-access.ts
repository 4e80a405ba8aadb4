import type { Tx } from '#database';
import type { Audience } from '#events';
import type { Caller } from '#identity';

/** Who may see an attachment follows from its chat, which only the rooms above know. They provide this port. */
export abstract class AttachmentAccess {
  /** Whether the caller may read the chat's messages. */
  abstract mayRead(caller: Caller, chatId: string): Promise<boolean>;
  /** Who shall hear of a change in the chat. */
  abstract audienceOf(tx: Tx, chatId: string): Promise<Audience>;
}
