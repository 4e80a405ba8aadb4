import { applyDecorators } from '@nestjs/common';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsBoolean, IsUUID, ValidateNested } from 'class-validator';
import { Matching, PageQuery } from '#api-kit';
import { IfGiven, SeveralLines } from '../given-text.js';

/** What is longer is no shortcut, however its accents are written. To bring them in order takes the square of their number. */
const LONGEST_WRITTEN = 500;

/** What is typed to find it: letters, digits, `-` and `_`, whatever their case. */
function Shortcut(pattern: RegExp): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && value.length <= LONGEST_WRITTEN
        ? value.trim().normalize('NFC').toLowerCase()
        : value,
    ),
    Matching(pattern, '$property must be letters, digits, - and _, at most 50'),
  );
}

const WHOLE = /^[\p{L}\p{M}\p{N}_-]{1,50}$/u;
const BEGINNING = /^[\p{L}\p{M}\p{N}_-]{0,50}$/u;

export class QuickReplyTextDto {
  /** @example "en" */
  @Matching(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'language must be a tag such as en or de-AT')
  language: string;

  /** @example "Hello {{contact.name|there}}, {{agent.name}} here. How can I help?" */
  @SeveralLines(10_000)
  text: string;
}

export class CreateQuickReplyDto {
  /** For everybody (supervisors and admins make these), or mine */
  @IsBoolean()
  shared: boolean;

  /** @example "hello" */
  @Shortcut(WHOLE)
  shortcut: string;

  /**
   * One for each language; the first also for all others. `{{contact.name}}`, `{{agent.name}}`, `{{queue.name}}` and
   * `{{channel.name}}` are filled in; `{{contact.name|there}}` says what stands there where it is not known
   */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(30)
  @ArrayUnique(({ language }: QuickReplyTextDto) => language?.toLowerCase?.(), {
    message: '$property must have each language once',
  })
  @ValidateNested({ each: true })
  @Type(() => QuickReplyTextDto)
  texts: QuickReplyTextDto[];

  /**
   * Only in chats of these queues; in all where it is empty
   * @example []
   */
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(100)
  @IsUUID(undefined, { each: true })
  queueIds?: string[];
}

export class UpdateQuickReplyDto {
  /** @example "hello" */
  @IfGiven()
  @Shortcut(WHOLE)
  shortcut?: string;

  /** All texts from now on */
  @IfGiven()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(30)
  @ArrayUnique(({ language }: QuickReplyTextDto) => language?.toLowerCase?.(), {
    message: '$property must have each language once',
  })
  @ValidateNested({ each: true })
  @Type(() => QuickReplyTextDto)
  texts?: QuickReplyTextDto[];

  /**
   * All queues from now on
   * @example []
   */
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(100)
  @IsUUID(undefined, { each: true })
  queueIds?: string[];
}

export class QuickReplyQuery extends PageQuery {
  /**
   * Shortcuts that begin with this, whatever their case
   * @example "hel"
   */
  @IfGiven()
  @Shortcut(BEGINNING)
  prefix?: string;
}

/** A text that is kept for being said again. */
export class QuickReplyDto {
  /** @example "019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e51" */
  id: string;
  /** For everybody, or the caller’s own */
  shared: boolean;
  /** @example "hello" */
  shortcut: string;
  texts: QuickReplyTextDto[];
  /** @example [] */
  queueIds: string[];
  createdAt: Date;
  updatedAt: Date;
}

/** A quick reply as it would be said in a chat. */
export class FilledQuickReplyDto {
  /** @example "019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e51" */
  id: string;
  shared: boolean;
  /** @example "hello" */
  shortcut: string;
  /**
   * That of the text, chosen by the language of the chat’s channel
   * @example "en"
   */
  language: string;
  /** @example "Hello Maria, Olena here. How can I help?" */
  text: string;
}
