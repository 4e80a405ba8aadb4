import { Matching } from '#api-kit';
import { IfGiven, OneLine } from '../given-text.js';

const COLOR = /^#[0-9a-fA-F]{6}$/;

export class CreateTagDto {
  /** @example "Complaint" */
  @OneLine(50)
  name: string;

  /** @example "#d9480f" */
  @Matching(COLOR, 'color must be written as #rrggbb')
  color: string;
}

export class UpdateTagDto {
  /** @example "Complaint" */
  @IfGiven()
  @OneLine(50)
  name?: string;

  /** @example "#d9480f" */
  @IfGiven()
  @Matching(COLOR, 'color must be written as #rrggbb')
  color?: string;
}

/** A word that sorts chats. */
export class TagDto {
  /** @example "019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e41" */
  id: string;
  /** @example "Complaint" */
  name: string;
  /** @example "#d9480f" */
  color: string;
}
