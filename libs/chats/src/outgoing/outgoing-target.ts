import type { MessageContent, MessageDirection, MessageStatus } from '#messenger-kit';

/** Whom what is said or done in a chat goes to. */
export interface ChatTarget {
  readonly chatId: string;
  readonly channelId: string;
  readonly identityId: string;
  readonly messenger: string;
  readonly lastInboundAt: Date | null;
  /** The messenger's id of the contact's newest message; told where the chat alone was asked for. */
  readonly lastInboundId?: string | null;
  /** Whether another system had the conversation when the contact wrote last; told where the chat alone was asked for. */
  readonly standby?: boolean;
}

/** A stored message that somebody of ours wants to do something with. */
export interface MessageTarget extends ChatTarget {
  readonly id: string;
  readonly seq: number;
  readonly direction: MessageDirection;
  readonly authorKind: string;
  /** The messenger's ids of it, the first one first; empty until it gave one. */
  readonly externalIds: readonly string[];
  readonly status: MessageStatus | null;
  readonly content: MessageContent;
  readonly deletedAt: Date | null;
  /** Whether the contact blocked the account. */
  readonly blocked: boolean;
}
