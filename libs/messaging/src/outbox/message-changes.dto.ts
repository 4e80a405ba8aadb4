import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { NotEmpty } from '#api-kit';

export class EditMessageBody {
  /** The new text. What the message carries besides stays. */
  @ApiProperty({ example: 'Good day! The oak lamp is in stock again.', maxLength: 20000 })
  @IsString()
  @NotEmpty()
  @MaxLength(20000)
  text: string;
}

export class ReactionBody {
  /** One emoji; which ones a messenger takes is its own matter */
  @ApiProperty({ example: '👍', maxLength: 64 })
  @IsString()
  @NotEmpty()
  @MaxLength(64)
  emoji: string;
}
