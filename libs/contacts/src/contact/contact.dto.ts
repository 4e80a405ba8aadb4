import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsEmail, IsObject, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { NotBlank, Omittable, PageQuery, Trimmed } from '#api-kit';
import { AttributeChanges, LONGEST_VALUE, Text } from './given.js';

/** A contact as one messenger knows it. */
export class IdentityView {
  /** @example 01939a3e-7c1e-7b6a-9a53-0242ac120002 */
  id: string;

  /** @example telegram */
  messenger: string;

  /**
   * The account the id is valid for, where the messenger's ids are per account; empty where they are global.
   * @example ''
   */
  scope: string;

  /**
   * The messenger's own id of the person.
   * @example '7113526489'
   */
  externalId: string;

  /**
   * What the messenger calls the person.
   * @example Anna Schmidt
   */
  name: string | null;

  /**
   * Null for a guest: somebody nobody has linked to a contact yet.
   * @example 01939a3e-7c1e-7b6a-9a53-0242ac120003
   */
  contactId: string | null;
}

/** Someone outside who writes to us. */
export class ContactView {
  /** @example 01939a3e-7c1e-7b6a-9a53-0242ac120003 */
  id: string;

  /**
   * Null until a messenger or an agent told it.
   * @example Anna Schmidt
   */
  name: string | null;

  /** @example anna@example.com */
  email: string | null;

  /** @example +49 30 1234567 */
  phone: string | null;

  /**
   * A language tag
   * @example de
   */
  language: string | null;

  /** @example Prefers mornings. */
  note: string | null;

  /** Whatever else was kept of the contact */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { customerNumber: '4711' } })
  attributes: Readonly<Record<string, string>>;

  /** Whom the messengers know the contact as. */
  identities: IdentityView[];

  /** @example 2026-11-22T10:00:00.000Z */
  createdAt: string;

  /** @example 2026-11-22T10:00:00.000Z */
  updatedAt: string;
}

export class ContactQuery extends PageQuery {
  /**
   * Only contacts with words that begin so, in name, e-mail or phone (capital letters and accents do not matter), or whose id
   * at a messenger begins so
   */
  @Omittable()
  @Trimmed()
  @Text(200)
  @NotBlank()
  text?: string;
}

/** What shall be different; what is left out stays, null takes away. */
export class UpdateContact {
  /** @example Anna Schmidt */
  @IsOptional()
  @Trimmed()
  @Text(200, { lines: 1 })
  @NotBlank()
  name?: string | null;

  /** @example anna@example.com */
  @IsOptional()
  @Trimmed()
  @IsEmail()
  @MaxLength(254)
  email?: string | null;

  /** @example +49 30 1234567 */
  @IsOptional()
  @Trimmed()
  @IsString()
  @Matches(/^\+?(?=(?:\D*\d){3})[\d ()./-]{3,40}$/, { message: '$property must be a phone number' })
  phone?: string | null;

  /** @example de */
  @IsOptional()
  @IsString()
  @MaxLength(35)
  @Matches(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, { message: '$property must be a language tag such as en or pt-BR' })
  language?: string | null;

  /** @example Prefers mornings. */
  @IsOptional()
  @Text(10_000)
  note?: string | null;

  /** Set by name; null takes one away, those not named stay. At most 50 */
  @Omittable()
  @IsObject()
  @AttributeChanges()
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: ['string', 'null'], maxLength: LONGEST_VALUE },
    example: { customerNumber: '4711', city: null },
  })
  attributes?: Record<string, string | null>;
}
