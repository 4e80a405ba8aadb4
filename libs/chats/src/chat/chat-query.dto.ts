import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsUUID } from 'class-validator';
import { IsMoment, PageQuery } from '#api-kit';
import { IfGiven, OneLine } from '../given-text.js';
import { CHAT_STATUSES, type ChatStatus } from './chat-access.repository.js';

export const CHAT_FILTERS = ['mine', 'waiting', 'held', 'closed', 'all'] as const;
export type ChatFilter = (typeof CHAT_FILTERS)[number];

/** Which list, and what its chats have in common. */
export class ChatQuery extends PageQuery {
  /**
   * `mine` (default): open chats I hold, newest message first. `waiting`: chats waiting for me while I am active, longest
   * waiting first. `held`: chats I held and hold no more, the last that left me first. `closed`: those of them that are
   * closed; for supervisors and admins all closed chats, last closed first. `all`: every chat, open ones first, last
   * opened first, then as `closed`; for supervisors and admins. Events do not tell agents of chats that somebody else held
   * after them: read `held` and `closed` anew when they are shown
   */
  @IfGiven()
  @IsIn(CHAT_FILTERS)
  @ApiPropertyOptional({ enum: CHAT_FILTERS })
  filter?: ChatFilter;

  @IfGiven()
  @IsUUID()
  queueId?: string;

  @IfGiven()
  @IsUUID()
  channelId?: string;

  /** Who holds the chat, or held it last; with `held`, `closed` and `all` */
  @IfGiven()
  @IsUUID()
  agentId?: string;

  /** Chats of this contact, on all their identities */
  @IfGiven()
  @IsUUID()
  contactId?: string;

  /** Chats that carry this tag */
  @IfGiven()
  @IsUUID()
  tagId?: string;

  /** With `held` and `all` */
  @IfGiven()
  @IsIn(CHAT_STATUSES)
  @ApiPropertyOptional({ enum: CHAT_STATUSES })
  status?: ChatStatus;

  /** Only chats with unread messages; with `mine` and `waiting` */
  @IfGiven()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  unread?: boolean;

  /**
   * A part of the contact’s name, whatever its case
   * @example "maria"
   */
  @IfGiven()
  @OneLine(100)
  text?: string;

  /**
   * Opened at this time or later. `all` and `closed` are then in the order of opening, last opened first
   * @example "2026-11-01T00:00:00Z"
   */
  @IfGiven()
  @IsMoment()
  openedFrom?: string;

  /**
   * Opened before this time. `all` and `closed` are then in the order of opening, last opened first
   * @example "2026-12-01T00:00:00Z"
   */
  @IfGiven()
  @IsMoment()
  openedBefore?: string;

  /**
   * Closed at this time or later; with `held`, `closed` and `all`
   * @example "2026-11-01T00:00:00Z"
   */
  @IfGiven()
  @IsMoment()
  closedFrom?: string;

  /**
   * Closed before this time; with `held`, `closed` and `all`
   * @example "2026-12-01T00:00:00Z"
   */
  @IfGiven()
  @IsMoment()
  closedBefore?: string;
}
