import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsIn, IsString, IsUUID, Length } from 'class-validator';
import { IsMoment, Omittable, PageQuery } from '#api-kit';

export const KINDS = ['messages', 'contacts'] as const;
export type Kind = (typeof KINDS)[number];

export class SearchQuery extends PageQuery {
  /**
   * Words that must all be there, in any order; in double quotes: side by side. The last one may be the beginning of a word.
   * Letter case and the accents of Latin letters do not matter
   * @example "oak lamp"
   */
  @IsString()
  @Length(1, 200)
  q: string;

  @Omittable()
  @IsIn(KINDS)
  @ApiPropertyOptional({ enum: KINDS, default: 'messages' })
  kind?: Kind;

  /** Messages of this time or later, by the messenger’s clock */
  @Omittable()
  @IsMoment()
  from?: string;

  /** Messages before this time */
  @Omittable()
  @IsMoment()
  to?: string;

  /** Messages of chats on this channel */
  @Omittable()
  @IsUUID()
  channelId?: string;

  /** Messages of chats that are in this queue now, or were when they were closed */
  @Omittable()
  @IsUUID()
  queueId?: string;

  /** Messages of chats that this agent holds or held */
  @Omittable()
  @IsUUID()
  agentId?: string;

  /** Messages of chats with this contact */
  @Omittable()
  @IsUUID()
  contactId?: string;

  /** Messages of this chat */
  @Omittable()
  @IsUUID()
  chatId?: string;
}

@ApiSchema({ name: 'SnippetPart' })
export class SnippetPartDto {
  /**
   * Plain text: show it as it is, never as HTML
   * @example "lamp"
   */
  text: string;
  /** Whether this is a word that was looked for */
  hit: boolean;
}

@ApiSchema({ name: 'FoundNamed' })
class NamedDto {
  /** @example "019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e11" */
  id: string;
  /** @example "Support" */
  name: string;
}

@ApiSchema({ name: 'FoundChannel' })
class ChannelDto extends NamedDto {
  /** @example "telegram" */
  messenger: string;
}

@ApiSchema({ name: 'FoundChat' })
class ChatOfHitDto {
  /** @example "019aac60-7c52-7a6b-8d4e-5f0f3a1b2c3d" */
  id: string;
  @ApiProperty({ enum: ['waiting', 'in_progress', 'closed'], example: 'closed' })
  status: string;
  channel: ChannelDto;
  queue: NamedDto;
}

@ApiSchema({ name: 'FoundAuthor' })
class AuthorOfHitDto {
  @ApiProperty({ enum: ['contact', 'agent', 'bot', 'channel'], example: 'contact' })
  kind: string;
  /** Null where nobody particular wrote */
  id: string | null;
  /** @example "Maria" */
  name: string | null;
}

@ApiSchema({ name: 'FoundMessage' })
class MessageOfHitDto {
  /** @example "019aac60-7c53-7a6b-8d4e-5f0f3a1b2c3e" */
  id: string;
  /**
   * Its number in the chat: `GET /v1/chats/{chatId}/messages` shows what was said around it
   * @example 12
   */
  seq: number;
  @ApiProperty({ enum: ['inbound', 'outbound'], example: 'inbound' })
  direction: string;
  author: AuthorOfHitDto;
}

@ApiSchema({ name: 'FoundContact' })
class ContactOfHitDto {
  /** Null for a guest */
  id: string | null;
  /** Null until it is known */
  name: string | null;
}

@ApiSchema({ name: 'SearchHit' })
export class SearchHitDto {
  @ApiProperty({ enum: ['message', 'contact'], example: 'message' })
  kind: string;
  /** When the message was sent, or the contact first wrote */
  at: Date;
  /** The text around the first word that was looked for, in pieces */
  snippet: SnippetPartDto[];
  /** Null for a contact */
  message: MessageOfHitDto | null;
  /** Null for a contact */
  chat: ChatOfHitDto | null;
  contact: ContactOfHitDto;
}
