import { IsInt, Max, Min } from 'class-validator';
import { IfGiven } from '../given-text.js';

export class MarkChatAsReadDto {
  /**
   * Messages up to this `seq` are read; all there are unless given. Give the last one you show, so that a message that
   * arrives meanwhile stays unread
   * @example 7
   */
  @IfGiven()
  @IsInt()
  @Min(0)
  @Max(2_147_483_647)
  upToSeq?: number;
}
