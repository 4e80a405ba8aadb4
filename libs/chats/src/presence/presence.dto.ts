import { IsBoolean } from 'class-validator';
import { IfGiven } from '../given-text.js';

export class ShowPresenceDto {
  /**
   * Whether I am writing at this moment
   * @example true
   */
  @IfGiven()
  @IsBoolean()
  typing?: boolean;
}

/** Somebody who has a chat before their eyes. */
export class OnlookerDto {
  /** @example "019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e21" */
  userId: string;
  /** @example "Olena" */
  name: string;
  /** Until when this holds unless they say it again */
  until: Date;
}
