import { WholeNumber } from '#api-kit';
import { IfGiven } from '../given-text.js';

export class MarkChatAsReadDto {
  /**
   * Messages up to this `seq` are read; all there are unless given. Give the last one you show, so that a message that
   * arrives meanwhile stays unread
   * @example 7
   */
  @IfGiven()
  @WholeNumber(0, 2_147_483_647)
  upToSeq?: number;
}
