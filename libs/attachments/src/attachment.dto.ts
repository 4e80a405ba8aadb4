import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { Omittable } from '#api-kit';
import { ATTACHMENT_TYPES, type AttachmentType } from '#messenger-kit';

const STATES = ['pending', 'stored', 'failed', 'too_large'] as const;

/** A file: its fate, and where its content is. */
export class AttachmentFileDto {
  /** @example "0198c0de-7a5e-7000-8000-000000000001" */
  id: string;

  /** What a messenger shows it as. */
  @ApiProperty({ enum: ATTACHMENT_TYPES, example: 'file' })
  type: AttachmentType;

  /** `pending`: on its way to us; `stored`: there; `failed` and `too_large`: there is none, `failure` says why. */
  @ApiProperty({ enum: STATES, example: 'stored' })
  state: (typeof STATES)[number];

  /** @example "invoice.pdf" */
  name: string | null;

  /**
   * What the content is, by its first bytes; where they do not tell, what was claimed.
   * @example "application/pdf"
   */
  mimeType: string | null;

  /**
   * Bytes.
   * @example 48213
   */
  size: number | null;

  /**
   * A path on this server that opens the content for at least 15 minutes without further proof; null until it is stored.
   * @example "/v1/attachments/0198c0de-7a5e-7000-8000-000000000001?expires=1764000000&signature=3q2-7w"
   */
  url: string | null;

  /** Why there is no content, in a sentence for people; null otherwise. */
  failure: string | null;
}

/** The query of a signed link. */
export class LinkQuery {
  @Omittable()
  @IsString()
  @MaxLength(20)
  expires?: string;

  @Omittable()
  @IsString()
  @MaxLength(100)
  signature?: string;
}
