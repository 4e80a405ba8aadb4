import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsOptional, IsString, IsUrl, IsUUID, MaxLength, ValidateNested } from 'class-validator';
import { NotBlank, NotEmpty, Omittable } from '#api-kit';
import type { QueuedMessage } from '#chats';

export class OfferedChoiceBody {
  /** What is written on it. */
  @ApiProperty({ example: 'Yes, please', minLength: 1, maxLength: 200 })
  @IsString()
  @NotBlank()
  @MaxLength(200)
  title: string;

  /** What comes back when it is pressed; the title where it is absent. */
  @ApiProperty({ required: false, example: 'CONFIRM', maxLength: 1000 })
  @Omittable()
  @IsString()
  @NotEmpty()
  @MaxLength(1000)
  payload?: string;

  /** The page it opens, http or https; then nothing comes back. */
  @ApiProperty({ required: false, example: 'https://example.com/lamps', maxLength: 2000 })
  @Omittable()
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false })
  @MaxLength(2000)
  url?: string;
}

/** A text, files, or both. */
export class SendMessageBody {
  /** What to say. A text longer than the messenger takes in one message is sent as several, in order. */
  @ApiProperty({ required: false, example: 'Good day! The oak lamp is in stock.', maxLength: 20000 })
  @Omittable()
  @IsString()
  @MaxLength(20000)
  text?: string;

  /** Id of the message in this chat that this one answers, shown as a quote where the messenger can. */
  @ApiProperty({ required: false, example: '0199a3c4-7d10-7c2e-9b4d-2f6f3f0b8a11' })
  @IsOptional()
  @IsUUID()
  replyTo?: string;

  /** Ids of files uploaded with `POST /v1/attachments`, each used once; sent in this order. */
  @ApiProperty({ required: false, type: [String], example: ['0198c0de-7a5e-7000-8000-000000000001'], maxItems: 10 })
  @Omittable()
  @IsArray()
  @ArrayMaxSize(10)
  @IsUUID(undefined, { each: true })
  attachments?: string[];

  /** Quick replies or buttons to offer with the message, as many as the messenger takes. */
  @ApiProperty({ required: false, type: [OfferedChoiceBody], maxItems: 100 })
  @Omittable()
  @IsArray()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => OfferedChoiceBody)
  choices?: OfferedChoiceBody[];

  /** The version of the caller’s draft that this was made of: removed with it, unless it was changed meanwhile. */
  @ApiProperty({ required: false, example: '019aac61-0f3a-7c55-9d1e-1d2c3b4a5f70' })
  @Omittable()
  @IsUUID()
  draftVersion?: string;
}

export class QueuedMessageDto {
  @ApiProperty({ example: '0199a3c4-8e21-7f0a-8a54-0f1c2d3e4f5a' })
  id: string;

  /** Its number in the chat. */
  @ApiProperty({ example: 7 })
  seq: number;

  @ApiProperty({ enum: ['queued'], example: 'queued' })
  status: 'queued';

  /** Empty where it is only a file. */
  @ApiProperty({ example: 'Good day! The oak lamp is in stock.' })
  text: string;

  /** Ids of the files that go with it. */
  @ApiProperty({ type: [String], example: [] })
  attachments: string[];

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
  return { chatId, messages: toQueuedMessages(messages) };
}

export function toQueuedMessages(messages: readonly QueuedMessage[]): QueuedMessageDto[] {
  return messages.map(({ id, seq, content, queuedAt }) => ({
    id,
    seq,
    status: 'queued',
    text: content.text ?? '',
    attachments: (content.attachments ?? []).flatMap((one) => one.id ?? []),
    queuedAt: queuedAt.toISOString(),
  }));
}
