import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsBoolean, IsIn, IsString, MaxLength } from 'class-validator';
import { Omittable, Trimmed } from '#api-kit';
import { EVENT_TYPES } from '#events';

@ApiSchema({ name: 'WebhookEndpoint' })
export class EndpointDto {
  /** @example "019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa" */
  id: string;
  /** @example "https://crm.example.com/parley" */
  url: string;
  /** @example "Our CRM" */
  description: string;
  /** Types of events it gets; empty = all */
  types: string[];
  active: boolean;
  /** Why it is not active, where that was not a person's wish: `gone` (it answered 410), `failing` (for days) */
  @ApiProperty({ type: String, nullable: true, enum: ['gone', 'failing', null] })
  disabledReason: string | null;
  /** Since when nothing could be delivered */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  failingSince: Date | null;
  /** Until when bodies are signed with the secret before as well */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  previousSecretUntil: Date | null;
  createdAt: Date;
}

@ApiSchema({ name: 'NewWebhookEndpoint' })
export class NewEndpointDto extends EndpointDto {
  /**
   * Shown only in this answer
   * @example "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
   */
  secret: string;
}

@ApiSchema({ name: 'CreateWebhookEndpoint' })
export class CreateEndpointDto {
  /** @example "https://crm.example.com/parley" */
  @Trimmed()
  @IsString()
  @MaxLength(2000)
  @ApiProperty({ format: 'uri' })
  url: string;

  /** @example "Our CRM" */
  @Omittable()
  @Trimmed()
  @IsString()
  @MaxLength(200)
  description?: string;

  /**
   * Types of events to deliver; left out or empty = all
   * @example ["chat.opened", "message.received"]
   */
  @Omittable()
  @IsArray()
  @ArrayMaxSize(100)
  @ArrayUnique()
  @IsIn(EVENT_TYPES, { each: true })
  @ApiProperty({ enum: EVENT_TYPES, isArray: true, required: false })
  types?: string[];
}

@ApiSchema({ name: 'UpdateWebhookEndpoint' })
export class UpdateEndpointDto {
  /** @example "https://crm.example.com/parley" */
  @Omittable()
  @Trimmed()
  @IsString()
  @MaxLength(2000)
  @ApiProperty({ format: 'uri' })
  url?: string;

  /** @example "Our CRM" */
  @Omittable()
  @Trimmed()
  @IsString()
  @MaxLength(200)
  description?: string;

  /** @example ["chat.opened", "message.received"] */
  @Omittable()
  @IsArray()
  @ArrayMaxSize(100)
  @ArrayUnique()
  @IsIn(EVENT_TYPES, { each: true })
  @ApiProperty({ enum: EVENT_TYPES, isArray: true, required: false })
  types?: string[];

  /** Made active again, it gets what had happened before it was paused, and what happens from now on */
  @Omittable()
  @IsBoolean()
  active?: boolean;
}
