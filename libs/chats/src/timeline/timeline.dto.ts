import { ApiProperty } from '@nestjs/swagger';
import { CHAT_STATUSES, type ChatStatus } from '../chat/chat-access.repository.js';

class TimelineChannel {
  /** @example 019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e11 */
  id: string;
  /** @example Support bot */
  name: string;
  /** @example telegram */
  messenger: string;
}

class TimelineAgent {
  /** @example 019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e12 */
  id: string;
  /** @example Maria */
  name: string;
}

class TimelineMessage {
  /** @example See you tomorrow */
  preview: string;
  /** @example inbound */
  direction: string;
  at: Date;
}

/** One chat of a contact, in the order of when they were opened. */
export class TimelineChatDto {
  /** @example 019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e10 */
  chatId: string;

  @ApiProperty({ enum: CHAT_STATUSES, example: 'closed' })
  status: ChatStatus;

  channel: TimelineChannel;

  /**
   * As whom the contact wrote
   * @example 019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e13
   */
  identityId: string;

  openedAt: Date;

  /** When somebody first took it; null when nobody did */
  acceptedAt: Date | null;

  /** Who holds it, or held it last */
  agent: TimelineAgent | null;

  closedAt: Date | null;

  /** Null when nobody did: the chat is open, or was closed by itself or by a program */
  closedBy: TimelineAgent | null;

  /** @example agent */
  closeReason: string | null;

  /** How many messages it has, system lines included */
  messageCount: number;

  lastMessage: TimelineMessage | null;
}
