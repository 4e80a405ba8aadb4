import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import type { QueuedMessage } from '#chats';

export class SendMessageBody {
  /** What to say. A text longer than the messenger takes in one message is sent as several, in order. */
  @ApiProperty({ example: 'Good day! The oak lamp is in stock.', maxLength: 20000 })
  @IsString()
  @IsNotEmpty()
  @MaxLength(20000)
  text: string;

  /** Id of the message in this chat that this one answers, shown as a quote where the messenger can. */
  @ApiProperty({ required: false, example: '0199a3c4-7d10-7c2e-9b4d-2f6f3f0b8a11' })
  @IsOptional()
  @IsUUID()
  replyTo?: string;
}

export class QueuedMessageDto {
  @ApiProperty({ example: '0199a3c4-8e21-7f0a-8a54-0f1c2d3e4f5a' })
  id: string;

  /** Its number in the chat. */
  @ApiProperty({ example: 7 })
  seq: number;

  @ApiProperty({ enum: ['queued'], example: 'queued' })
  status: 'queued';

  @ApiProperty({ example: 'Good day! The oak lamp is in stock.' })
  text: string;

  @ApiProperty({ example: '2026-11-22T09:30:00.000Z', format: 'date-time' })
  queuedAt: string;
}

/** What was accepted for delivery: one message for every call the messenger needs. */
export class QueuedAnswerDto {
  @ApiProperty({ example: '0199a3c4-1111-7c2e-9b4d-2f6f3f0b8a11' })
  chatId: string;

  @ApiProperty({ type: [QueuedMessageDto] })
  messages: QueuedMessageDto[];
}

export function toQueuedAnswer(chatId: string, messages: readonly QueuedMessage[]): QueuedAnswerDto {
  return {
    chatId,
    messages: messages.map(({ id, seq, content, queuedAt }) => ({
      id,
      seq,
      status: 'queued',
      text: content.text ?? '',
      queuedAt: queuedAt.toISOString(),
    })),
  };
}
