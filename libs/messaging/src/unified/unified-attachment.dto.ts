import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsNumber, IsString, Max, MaxLength, Min } from 'class-validator';
import { IsUrl, ValidateNested } from 'class-validator';
import { Omittable, WholeNumber } from '#api-kit';
import { ATTACHMENT_TYPES, type AttachmentType } from '#messenger-kit';

export class UnifiedLocationBody {
  /** @example 50.4501 */
  @IsNumber()
  @Min(-90)
  @Max(90)
  latitude: number;

  /** @example 30.5234 */
  @IsNumber()
  @Min(-180)
  @Max(180)
  longitude: number;

  /** @example The shop */
  @Omittable()
  @IsString()
  title?: string;

  /** @example 1 Main Street */
  @Omittable()
  @IsString()
  address?: string;
}

export class UnifiedContactBody {
  /** @example Bohdan */
  @Omittable()
  @IsString()
  name?: string;

  /** @example "+380441234567" */
  @Omittable()
  @IsString()
  phone?: string;

  /** @example bohdan@example.com */
  @Omittable()
  @IsString()
  email?: string;
}

export class UnifiedPollBody {
  /** @example Which wood? */
  @IsString()
  question: string;

  /** @example ["Oak", "Ash"] */
  @Omittable()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  options?: string[];
}

export class UnifiedAttachmentBody {
  @ApiProperty({ enum: ATTACHMENT_TYPES, example: 'image' })
  @IsIn(ATTACHMENT_TYPES)
  type: AttachmentType;

  /** @example lamp.jpg */
  @Omittable()
  @IsString()
  name?: string;

  /** @example image/jpeg */
  @Omittable()
  @IsString()
  mimeType?: string;

  /**
   * Bytes
   * @example 48213
   */
  @Omittable()
  @WholeNumber(0, Number.MAX_SAFE_INTEGER)
  size?: number;

  /**
   * Where the content is, as the channel's messenger says it: a link, a file id. It is fetched in the background and never shown
   * @example https://files.example.com/lamp.jpg
   */
  @Omittable()
  @IsString()
  reference?: string;

  /**
   * A page to open, of a `link` or `share`
   * @example https://example.com/lamp
   */
  @Omittable()
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false })
  @MaxLength(2000)
  url?: string;

  /** @example The oak lamp */
  @Omittable()
  @IsString()
  title?: string;

  @Omittable()
  @ValidateNested()
  @Type(() => UnifiedLocationBody)
  location?: UnifiedLocationBody;

  @Omittable()
  @ValidateNested()
  @Type(() => UnifiedContactBody)
  contact?: UnifiedContactBody;

  @Omittable()
  @ValidateNested()
  @Type(() => UnifiedPollBody)
  poll?: UnifiedPollBody;

  /**
   * Seconds, of something that plays
   * @example 7
   */
  @Omittable()
  @WholeNumber(0, Number.MAX_SAFE_INTEGER)
  duration?: number;

  @ApiProperty({ required: false, enum: ['voice', 'animation', 'round'], example: 'voice' })
  @Omittable()
  @IsIn(['voice', 'animation', 'round'])
  form?: 'voice' | 'animation' | 'round';
}
