import type { MessageContent, MessageStatus } from '#messenger-kit';

/** A message that was just queued, as the caller of `send` sees it. */
export interface QueuedMessage {
  readonly id: string;
  readonly seq: number;
  readonly content: MessageContent;
  readonly queuedAt: Date;
}

/** Why a message failed: the messenger's code and a sentence a person understands. */
export interface Failure {
  readonly code: string;
  readonly sentence: string;
}

/** A chat whose row is held while an answer is put into it. */
export interface AnswerableChat {
  readonly id: string;
  readonly channelId: string;
  readonly messenger: string;
  readonly identityId: string;
  readonly queueId: string;
  readonly status: 'waiting' | 'in_progress' | 'closed';
  readonly agentId: string | null;
  readonly agentName: string | null;
  readonly lastSeq: number;
  readonly lastInboundAt: Date | null;
  /** Whether the contact blocked the account. */
  readonly blocked: boolean;
  /** Whether the caller's queues, or having owned it, let them see it. */
  readonly visible: boolean;
}

/** A message about to be sent, with what its messenger needs to know. */
export interface OutgoingHead {
  readonly id: string;
  readonly seq: number;
  readonly content: MessageContent;
  readonly attempts: number;
  /** `agent`: a person wrote it; `bot`: a program. */
  readonly authorKind: 'agent' | 'bot';
  /** Whether the contact blocked the account. */
  readonly blocked: boolean;
  readonly channelId: string;
  readonly identityId: string;
  readonly lastInboundAt: Date | null;
  /** Whether an earlier try may have got through. */
  readonly doubtful: boolean;
  /** Whether more was waiting in its chat by then. */
  readonly hasNext: boolean;
  /** How long ago it was queued, by the database's clock. */
  readonly queuedForMs: number;
}

export interface StatusChange {
  readonly id: string;
  readonly chatId: string;
  readonly seq: number;
  readonly status: MessageStatus;
  readonly failure: Failure | null;
  readonly agentId: string | null;
  readonly queueId: string;
}
