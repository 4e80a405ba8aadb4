import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsString,
  IsUUID,
  Length,
  MaxLength,
} from 'class-validator';
import { Matching, Omittable } from '#api-kit';
import { ChannelView, LANGUAGE, languageTag } from '../channels.dto.js';

/** How the dialog shall be. */
export class BeginSignIn {
  /**
   * Asks again for permissions that were declined before
   * @example false
   */
  @Omittable()
  @IsBoolean()
  again?: boolean;
}

/** A sign-in that was begun. */
export class StartedSignIn {
  /** @example 01939a3e-7c1e-7b6a-9a53-0242ac120009 */
  signInId: string;

  /**
   * The messenger's dialog, to be opened in a browser; good for one return
   * @example https://www.facebook.com/v26.0/dialog/oauth?client_id=287451903362718&state=q8Zc0l4oXn3QkYw1
   */
  url: string;

  /**
   * Until when the browser must be back
   * @example 2026-11-22T10:10:00.000Z
   */
  expiresAt: string;
}

/** Which sign-in. */
export class SignInQuery {
  /** `signInId` of the sign-in, which must be the caller's own */
  @IsUUID()
  signInId: string;
}

/** What is the case, and what to do. */
export class RemarkView {
  /**
   * Stable
   * @example task_missing
   */
  code: string;

  /** @example This person’s role on the Page does not include answering messages. Ask for full control of the Page. */
  sentence: string;
}

/** An account of whoever signed in. */
export class OfferedAccountView {
  /**
   * The messenger's own id for it
   * @example '108326419507742'
   */
  source: string;

  /** @example Corner store */
  name: string;

  /** @example true */
  choosable: boolean;

  /** Why it cannot be chosen: `permission_declined`, `permission_missing`, `role_missing`, `task_missing`; or `already_connected`, which can; null when there is nothing to say */
  reason: RemarkView | null;

  /**
   * The channel it is already; null when it is none
   * @example null
   */
  channelId: string | null;
}

/** All accounts of whoever signed in: the messenger gives no more than one answer to it, so it has no pages. */
export class OfferedAccounts {
  data: OfferedAccountView[];

  /** About the sign-in as a whole: what was declined, why there is no account */
  remarks: RemarkView[];

  /**
   * Until when accounts can be chosen
   * @example 2026-11-22T11:00:00.000Z
   */
  expiresAt: string;
}

/** Which accounts shall become channels, and how. */
export class ChooseAccounts {
  /** @example 01939a3e-7c1e-7b6a-9a53-0242ac120009 */
  @IsUUID()
  signInId: string;

  /**
   * Ids of offered accounts
   * @example ["108326419507742"]
   */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(25)
  @ArrayUnique()
  @IsString({ each: true })
  @Length(1, 200, { each: true })
  sources: string[];

  /**
   * Where the channels' new chats wait
   * @example 01939a3e-7c1e-7b6a-9a53-0242ac120002
   */
  @IsUUID()
  queueId: string;

  /**
   * Language of what the server itself writes to people there; `en` unless given
   * @example de
   */
  @Omittable()
  @IsString()
  @MaxLength(35)
  @Matching(LANGUAGE, languageTag)
  language?: string;

  /**
   * Confirms that what another system receives shall come here instead
   * @example false
   */
  @Omittable()
  @IsBoolean()
  takeOver?: boolean;
}

/** What became of one chosen account. */
export class ChosenAccount {
  /** @example '108326419507742' */
  source: string;

  /** @example Corner store */
  name: string;

  /** `repaired`: it was connected already; its credentials and subscriptions were renewed */
  @ApiProperty({ enum: ['connected', 'repaired', 'refused'], example: 'connected' })
  outcome: 'connected' | 'repaired' | 'refused';

  /** Null where it was refused */
  channel: ChannelView | null;

  /** Why it was refused; else null */
  problem: RemarkView | null;
}

export class ChosenAccounts {
  /** In the order of `sources` */
  data: ChosenAccount[];
}
