import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';

export class EditMessageBody {
  /** The new text. What the message carries besides stays. */
  @ApiProperty({ example: 'Good day! The oak lamp is in stock again.', maxLength: 20000 })
  @IsString()
  @IsNotEmpty()
  @MaxLength(20000)
  text: string;
}

export class ReactionBody {
  /** One emoji; which ones a messenger takes is its own matter */
  @ApiProperty({ example: '👍', maxLength: 64 })
  @IsString()
  @IsNotEmpty()
  @MaxLength(64)
  emoji: string;
}
