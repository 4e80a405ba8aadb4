import { IsString, MaxLength } from 'class-validator';

export class SaveDraftDto {
  /**
   * What was typed so far, as it is. An empty text removes the draft
   * @example "Good day! The oak lamp is"
   */
  @IsString()
  @MaxLength(20_000)
  text: string;
}

/** What the caller has typed in a chat and not sent. */
export class DraftDto {
  /**
   * Empty where there is none
   * @example "Good day! The oak lamp is"
   */
  text: string;
  /**
   * Another one with every write; send it as `draftVersion` with the answer that is made of it
   * @example "019aac61-0f3a-7c55-9d1e-1d2c3b4a5f70"
   */
  version: string | null;
  updatedAt: Date | null;
}
