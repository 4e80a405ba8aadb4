import { ApiProperty } from '@nestjs/swagger';
import { DraftDto } from '../draft/draft.dto.js';
import { CHAT_STATUSES, type ChatStatus } from './chat-access.repository.js';

export class NamedDto {
  /** @example "019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e11" */
  id: string;
  /** @example "Support" */
  name: string;
}

class ChatChannelDto extends NamedDto {
  /** @example "telegram" */
  messenger: string;
}

class ChatContactDto {
  /** Null for a guest who is linked to no contact yet */
  id: string | null;
  /** Null until the messenger told it */
  name: string | null;
  /** The contact as the chat’s messenger knows it */
  identityId: string;
}

class LastMessageDto {
  /** @example "Where is my order?" */
  preview: string;
  @ApiProperty({ enum: ['inbound', 'outbound'], example: 'inbound' })
  direction: string;
  at: Date;
}

export class ChatOfferDto {
  /** The one agent before whom the chat stands */
  agentId: string;
  /** When it goes to the next one */
  until: Date;
}

/** What may be sent into the chat now. */
export class SendPolicyDto {
  allowed: boolean;
  /** Until when this holds; null when no end is known */
  until: Date | null;
  /** Why not, in a sentence; null when allowed */
  reason: string | null;
  /** @example ["text"] */
  kinds: string[];
  /** The messenger’s tag that applies, where one is needed */
  tag: string | null;
}

export class ChatDto {
  /** @example "019aac60-7c52-7a6b-8d4e-5f0f3a1b2c3d" */
  id: string;
  @ApiProperty({ enum: CHAT_STATUSES, example: 'waiting' })
  status: ChatStatus;
  channel: ChatChannelDto;
  queue: NamedDto;
  contact: ChatContactDto;
  /** Who holds the chat, or held it last; null while nobody has accepted it */
  agent: NamedDto | null;
  /**
   * Inbound messages the caller has not read
   * @example 2
   */
  unreadCount: number;
  /**
   * Number of the newest message, system lines included
   * @example 7
   */
  lastSeq: number;
  lastMessage: LastMessageDto | null;
  sendPolicy: SendPolicyDto;
  /** The chat with the same contact before this one */
  previousChatId: string | null;
  openedAt: Date;
  waitingSince: Date | null;
  /** Whom a waiting chat is offered to; null while nobody is free, and where the queue’s rule shows it to everyone */
  offer: ChatOfferDto | null;
  /** Since when the present holder has it; null while it waits */
  acceptedAt: Date | null;
  closedAt: Date | null;
  /** The user who closed it; null while open, or when no person did */
  closedBy: string | null;
  /** `agent`, `supervisor` or `timeout` */
  closeReason: string | null;
  /** When somebody held it for the first time */
  firstAcceptedAt: Date | null;
  /** When a person answered for the first time; what programs say does not count */
  firstHumanReplyAt: Date | null;
  /**
   * Messages of the contact
   * @example 4
   */
  inboundCount: number;
  /**
   * Messages sent from here
   * @example 3
   */
  outboundCount: number;
  /** What the caller typed and did not send; only where one chat is answered, not in lists */
  draft?: DraftDto | null;
}

export class CountDto {
  /** @example 3 */
  count: number;
}
