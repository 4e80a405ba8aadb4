import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import type { MessageTarget } from '#chats';
import { MESSAGE_STATUSES, type MessageStatus } from '#messenger-kit';

export class ResolveMessageBody {
  /** `sent`: somebody saw that it arrived; `send_again`: it did not, or twice is better than never. */
  @ApiProperty({ enum: ['sent', 'send_again'], example: 'sent' })
  @IsIn(['sent', 'send_again'])
  outcome: 'sent' | 'send_again';
}

/** What became of a message. */
export class MessageStateDto {
  @ApiProperty({ example: '0199a3c4-8e21-7f0a-8a54-0f1c2d3e4f5a' })
  id: string;

  @ApiProperty({ example: '0199a3c4-1111-7c2e-9b4d-2f6f3f0b8a11' })
  chatId: string;

  /** Its number in the chat. */
  @ApiProperty({ example: 7 })
  seq: number;

  /** Fate of an outbound message, else null */
  @ApiProperty({ enum: [...MESSAGE_STATUSES, null], type: String, nullable: true, example: 'queued' })
  status: string | null;
}

export function stateOf({ id, chatId, seq }: MessageTarget, status: MessageStatus | null): MessageStateDto {
  return { id, chatId, seq, status };
}
