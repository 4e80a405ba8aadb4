import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { Omittable } from '#api-kit';
import type { FindingState } from '#messenger-kit';

const STATES = ['ok', 'warning', 'broken', 'unknown'];

/** What the doctor may do. */
export class CheckQuery {
  /** `true`: put right what can be put right from here, and look again */
  @Omittable()
  @IsIn(['true', 'false'])
  @ApiProperty({ enum: ['true', 'false'], required: false, default: 'false' })
  repair?: string;

  /** `true`: also what takes something away from another system */
  @Omittable()
  @IsIn(['true', 'false'])
  @ApiProperty({ enum: ['true', 'false'], required: false, default: 'false' })
  takeOver?: string;
}

/** One thing that was looked at. */
export class FindingView {
  /**
   * What was looked at; stable
   * @example page_subscription
   */
  code: string;

  /** `unknown`: the messenger does not tell */
  @ApiProperty({ enum: STATES, example: 'broken' })
  state: FindingState;

  /** @example The Page is not subscribed to our app any more: nothing that people write arrives. */
  sentence: string;

  /**
   * What to do; null when there is nothing to do
   * @example Subscribe it again; that can be done from here.
   */
  advice: string | null;

  /** Whether `repair=true` puts it right: `harmless`, or `takes_over`, which needs `takeOver=true` too; null where only a person can */
  @ApiProperty({ enum: ['harmless', 'takes_over', null], nullable: true, type: String, example: 'harmless' })
  repair: 'harmless' | 'takes_over' | null;
}

/** A channel that was looked at. */
export class ChannelCheck {
  /** @example 01939a3e-7c1e-7b6a-9a53-0242ac120005 */
  channelId: string;

  /** The worst of the findings; `unknown` when the messenger could not be asked */
  @ApiProperty({ enum: STATES, example: 'broken' })
  state: FindingState;

  /** @example 2026-11-22T10:00:00.000Z */
  at: string;

  /** Whether something was put right; the findings are those after it */
  repaired: boolean;

  findings: FindingView[];
}

/** What was found, for as long as it stayed the same. */
export class HealthEntry {
  /** @example 01939a3e-7c1e-7b6a-9a53-0242ac12000b */
  id: string;

  @ApiProperty({ enum: STATES, example: 'ok' })
  state: FindingState;

  /** As of `lastAt` */
  findings: FindingView[];

  /**
   * The first check that found this
   * @example 2026-11-22T10:00:00.000Z
   */
  firstAt: string;

  /**
   * The latest one
   * @example 2026-11-22T12:00:00.000Z
   */
  lastAt: string;
}
