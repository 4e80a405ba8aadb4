import { NamedAuthorDto } from '../message/message.dto.js';
import { SeveralLines } from '../given-text.js';

export class NoteBodyDto {
  /** @example "Asked for the oak lamp twice before; offer the ash one." */
  @SeveralLines(10_000)
  text: string;
}

/** Something colleagues tell each other in a chat. A line of the conversation that never leaves the house. */
export class NoteDto {
  /** @example "019aac61-0f3a-7c55-9d1e-1d2c3b4a5f60" */
  id: string;
  chatId: string;
  /**
   * Its number among the chat’s messages
   * @example 5
   */
  seq: number;
  author: NamedAuthorDto;
  /** @example "Asked for the oak lamp twice before; offer the ash one." */
  text: string;
  writtenAt: Date;
  /** When it was changed last; null where it is as it was written */
  editedAt: Date | null;
}
