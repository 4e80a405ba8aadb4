import { ApiProperty } from '@nestjs/swagger';
import { AttachmentFileDto } from '#attachments';
import { ATTACHMENT_TYPES, MESSAGE_STATUSES } from '#messenger-kit';
import { CHAT_STATUSES, type ChatStatus } from '../chat/chat-access.repository.js';

export const DIRECTIONS = ['inbound', 'outbound', 'system'] as const;
export const AUTHOR_KINDS = ['contact', 'agent', 'bot', 'channel', 'system'] as const;

export class AuthorDto {
  @ApiProperty({ enum: AUTHOR_KINDS, example: 'contact' })
  kind: string;
  /** The contact’s, the user’s or the API key’s id; null where nobody particular wrote */
  id: string | null;
}

export class NamedAuthorDto extends AuthorDto {
  /** @example "Maria" */
  name: string | null;
}

export class LocationDto {
  /** @example 52.52 */
  latitude: number;
  /** @example 13.405 */
  longitude: number;
  title: string | null;
  address: string | null;
}

export class SharedContactDto {
  name: string | null;
  phone: string | null;
  email: string | null;
}

export class PollDto {
  /** @example "Which day suits you?" */
  question: string;
  /** @example ["Monday", "Tuesday"] */
  options: string[];
}

/** Something that came with a message. */
export class AttachmentDto {
  @ApiProperty({ enum: ATTACHMENT_TYPES, example: 'image' })
  type: string;
  name: string | null;
  /** @example "image/jpeg" */
  mimeType: string | null;
  /** In bytes, as far as the messenger said */
  size: number | null;
  /** Its content; null where there is none to fetch: a location, a link, a poll */
  file: AttachmentFileDto | null;
  /**
   * The page a `link` or `share` leads to, http or https
   * @example "https://example.com/lamps"
   */
  url: string | null;
  title: string | null;
  location: LocationDto | null;
  contact: SharedContactDto | null;
  poll: PollDto | null;
  /** Seconds, of something that plays */
  duration: number | null;
  /** `voice`: a voice message; `animation`: plays in a loop, silently; `round`: a round video */
  @ApiProperty({ enum: ['voice', 'animation', 'round', null], type: String, nullable: true, example: null })
  form: string | null;
}

/** A button or quick reply that is offered with a message. */
export class OfferedChoiceDto {
  /** @example "Yes, please" */
  title: string;
  /** What comes back when it is pressed; null: the title */
  payload: string | null;
  /** The page it opens; then nothing comes back */
  url: string | null;
}

/** One reaction of one person. */
export class ReactionDto {
  /** @example "👍" */
  emoji: string;
  /** `channel`: somebody of ours, elsewhere */
  @ApiProperty({ enum: ['contact', 'agent', 'channel'], example: 'contact' })
  by: string;
}

export class ChoiceDto {
  /** @example "Yes, please" */
  title: string;
  payload: string | null;
}

export class ReferralDto {
  ref: string | null;
  source: string | null;
}

export class UnsupportedDto {
  /** The messenger’s own word for what came and cannot be shown */
  kind: string;
}

export class FailureDto {
  /** The messenger’s code */
  code: string;
  /** What is wrong, in a sentence */
  sentence: string;
}

/** A message in the one shape of all messengers. */
export class MessageDto {
  /** @example "019aac61-0f3a-7c55-9d1e-1d2c3b4a5f60" */
  id: string;
  /** The messenger’s id; null until it gave one, and for system lines */
  externalId: string | null;
  /** @example "telegram" */
  messenger: string;
  channelId: string;
  chatId: string;
  /**
   * 1, 2, 3 … without gaps within the chat, in the order of arrival
   * @example 4
   */
  seq: number;
  @ApiProperty({ enum: DIRECTIONS, example: 'inbound' })
  direction: string;
  /**
   * What a colleague wrote for colleagues: a system line with an author
   * @example false
   */
  note: boolean;
  author: AuthorDto;
  /** By the messenger’s clock */
  sentAt: Date;
  /** By ours */
  receivedAt: Date;
  /** @example "Where is my order?" */
  text: string | null;
  attachments: AttachmentDto[];
  /** The external id of the message this one answers */
  replyTo: string | null;
  /**
   * The words of it that the answer is about, where the person picked some out
   * @example "the oak lamp"
   */
  quote: string | null;
  /** Buttons or quick replies offered with the message */
  choices: OfferedChoiceDto[];
  /** The button or quick reply that was pressed */
  choice: ChoiceDto | null;
  referral: ReferralDto | null;
  unsupported: UnsupportedDto | null;
  /** Fate of an outbound message, else null */
  @ApiProperty({ enum: [...MESSAGE_STATUSES, null], type: String, nullable: true, example: null })
  status: string | null;
  /** Why an outbound message failed */
  failure: FailureDto | null;
  /** All reactions there are now */
  reactions: ReactionDto[];
  /** When it was changed last; null where it is as it was said */
  editedAt: Date | null;
  /** When it was taken back: then nothing of what it said is left */
  deletedAt: Date | null;
}

/** The chat a message stands in: where it changes from one line to the next, another chat begins. */
export class ConversationChatDto {
  /** @example "019aac60-7c52-7a6b-8d4e-5f0f3a1b2c3d" */
  id: string;
  @ApiProperty({ enum: CHAT_STATUSES, example: 'closed' })
  status: ChatStatus;
  /** @example "Corner store" */
  channelName: string;
  openedAt: Date;
  closedAt: Date | null;
}

/** A message ready for display: its author by name, and which of the contact’s chats it belongs to. */
export class ConversationMessageDto extends MessageDto {
  override author: NamedAuthorDto;
  chat: ConversationChatDto;
}
