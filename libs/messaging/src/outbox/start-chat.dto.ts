import { ApiProperty, PickType } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';
import { ChatDto } from '#chats';
import { QueuedMessageDto, SendMessageBody } from '../message.dto.js';

/** Whom to write to, through which channel, and what to say: a text, files, or both. */
export class StartChatBody extends PickType(SendMessageBody, ['text', 'attachments', 'choices']) {
  /** Through which of our accounts. */
  @ApiProperty({ example: '0199a3c4-2a10-7c2e-9b4d-2f6f3f0b8a11' })
  @IsUUID()
  channelId: string;

  /** The contact as the channel’s messenger knows them: `contact.identityId` of a chat, or one of the contact’s identities. */
  @ApiProperty({ example: '0199a3c4-3b10-7c2e-9b4d-2f6f3f0b8a11' })
  @IsUUID()
  identityId: string;
}

/** The chat, which the caller holds, and what was accepted for delivery. */
export class StartedChatDto {
  @ApiProperty({ type: ChatDto })
  chat: ChatDto;

  /** One message for every call the messenger needs. */
  @ApiProperty({ type: [QueuedMessageDto] })
  messages: QueuedMessageDto[];
}
