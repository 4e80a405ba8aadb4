import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsObject, IsString, IsUUID, Length, MaxLength, ValidateIf } from 'class-validator';
import { Matching } from '#api-kit';
import type { Delivery } from '#messenger-kit';
import type { ChannelHealth } from './channel.entity.js';

/** May be left out, but not null. */
const given = (_: object, value: unknown) => value !== undefined;

const ONE_LINE = /^[^\p{Cc}\s](?:[^\p{Cc}]*[^\p{Cc}\s])?$/u;
export const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;
const oneLine = '$property must be one line of text without blanks around it';
export const languageTag = '$property must be a language tag such as en or pt-BR';

/** An account of ours that shall be connected. */
export class RegisterChannel {
  /**
   * The messenger's key, as `GET /v1/messengers` lists it
   * @example telegram
   */
  @IsString()
  @MaxLength(100)
  messenger: string;

  /**
   * Where the channel's new chats wait
   * @example 01939a3e-7c1e-7b6a-9a53-0242ac120002
   */
  @IsUUID()
  queueId: string;

  /**
   * Else what the account is called at the messenger
   * @example Support bot
   */
  @ValidateIf(given)
  @Length(1, 200)
  @Matching(ONE_LINE, oneLine)
  name?: string;

  /**
   * Language of what the server itself writes to people here; `en` unless given
   * @example de
   */
  @ValidateIf(given)
  @IsString()
  @MaxLength(35)
  @Matching(LANGUAGE, languageTag)
  language?: string;

  /** What the messenger needs, as its `credentialFields` say. Kept encrypted and never shown again */
  @IsObject()
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { botToken: '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw' },
  })
  credentials: Record<string, unknown>;

  /**
   * Confirms that what another system receives for the account shall come here instead. Without it such an account is refused
   * with `in_use_elsewhere`, which names the system
   * @example false
   */
  @ValidateIf(given)
  @IsBoolean()
  takeOver?: boolean;
}

/** What shall be different; what is left out stays. */
export class UpdateChannel {
  /** @example Support bot */
  @ValidateIf(given)
  @Length(1, 200)
  @Matching(ONE_LINE, oneLine)
  name?: string;

  /**
   * Where new chats wait from now on; open chats stay where they are
   * @example 01939a3e-7c1e-7b6a-9a53-0242ac120002
   */
  @ValidateIf(given)
  @IsUUID()
  queueId?: string;

  /** @example de */
  @ValidateIf(given)
  @IsString()
  @MaxLength(35)
  @Matching(LANGUAGE, languageTag)
  language?: string;

  /**
   * An inactive channel refuses what arrives, and counts it
   * @example true
   */
  @ValidateIf(given)
  @IsBoolean()
  active?: boolean;

  /**
   * Whether those who write for the first time stay guests, without a contact, until somebody links them
   * @example false
   */
  @ValidateIf(given)
  @IsBoolean()
  keepsGuests?: boolean;
}

/** One account of ours on a messenger. */
export class ChannelView {
  /** @example 01939a3e-7c1e-7b6a-9a53-0242ac120005 */
  id: string;

  /** @example telegram */
  messenger: string;

  /**
   * The messenger's own id for the account
   * @example '110201543'
   */
  source: string;

  /** @example Support bot */
  name: string;

  /** @example 01939a3e-7c1e-7b6a-9a53-0242ac120002 */
  queueId: string;

  /** @example en */
  language: string;

  /** @example true */
  active: boolean;

  /**
   * Those who write for the first time stay guests until somebody links them to a contact
   * @example false
   */
  keepsGuests: boolean;

  /** `connecting`: not finished; `restricted`: the messenger limits the account; `conflict`: another program receives its events; `needs_reauthorization`: the messenger takes our credentials no more, register again */
  @ApiProperty({ enum: ['connecting', 'ok', 'restricted', 'conflict', 'needs_reauthorization'], example: 'ok' })
  health: ChannelHealth;

  /**
   * What is wrong and what to do; null when nothing is
   * @example null
   */
  healthDetail: string | null;

  /** How events reach us: the messenger calls `webhookUrl`, or this server asks the messenger */
  @ApiProperty({ enum: ['webhook', 'polling'], example: 'webhook' })
  delivery: Delivery;

  /**
   * Where the messenger delivers
   * @example https://chat.example.com/webhooks/telegram/q8Zc0l4oXn3QkYw1
   */
  webhookUrl: string;

  /**
   * The account's own picture: a path on this server, good for some minutes; null where there is none, or none yet
   * @example null
   */
  pictureUrl: string | null;

  /**
   * Until when calls under the webhook secret before are taken as well; null when it is over
   * @example null
   */
  replacedSecretUntil: string | null;

  /** @example 2026-11-22T10:00:00.000Z */
  createdAt: string;

  /** @example 2026-11-22T10:00:00.000Z */
  updatedAt: string;
}

/** A channel that was registered. */
export class RegisteredChannel extends ChannelView {
  /** `repaired`: the account was connected already; its credentials and subscriptions were renewed */
  @ApiProperty({ enum: ['connected', 'repaired'], example: 'connected' })
  outcome: 'connected' | 'repaired';

  /** Made up for the other side and shown only in the answer that makes the channel; null where the messenger needs none, and when a channel is repaired */
  @ApiProperty({
    type: 'object',
    nullable: true,
    additionalProperties: { type: 'string' },
    example: null,
  })
  secrets: Readonly<Record<string, string>> | null;
}
