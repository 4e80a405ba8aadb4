import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { IsMoment, Omittable, PageQuery } from '#api-kit';

export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;

@ApiSchema({ name: 'WebhookDelivery' })
export class DeliveryDto {
  /** @example "019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa" */
  id: string;
  /** The `webhook-id` it carries, the same at every attempt; the event's id */
  eventId: string;
  /** @example "chat.opened" */
  type: string;
  @ApiProperty({ enum: DELIVERY_STATES })
  state: string;
  attempts: number;
  createdAt: Date;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  attemptedAt: Date | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  nextAttemptAt: Date | null;
  /** What the endpoint answered last */
  @ApiProperty({ type: Number, nullable: true, example: 200 })
  status: number | null;
  /** Why there was no answer */
  @ApiProperty({ type: String, nullable: true, example: 'ECONNREFUSED' })
  error: string | null;
}

export class DeliveryQuery extends PageQuery {
  @Omittable()
  @IsIn(DELIVERY_STATES)
  @ApiProperty({ enum: DELIVERY_STATES, required: false })
  state?: string;
}

@ApiSchema({ name: 'ReplayWebhookEvents' })
export class ReplayDto {
  /**
   * Events from then on
   * @example "2026-11-22T10:00:00.000Z"
   */
  @IsMoment()
  from: string;

  /**
   * Until before then
   * @example "2026-11-22T12:00:00.000Z"
   */
  @IsMoment()
  until: string;
}
