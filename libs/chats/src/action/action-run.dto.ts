import { ApiProperty } from '@nestjs/swagger';
import type { RunRow } from './action-run.repository.js';

export const RUN_STATUSES = ['running', 'succeeded', 'failed'] as const;

class RunByDto {
  @ApiProperty({ enum: ['user', 'key'], example: 'user' })
  kind: 'user' | 'key';
  /** @example "019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e21" */
  id: string;
  /** @example "Olena" */
  name: string;
}

/** One run of an action. */
export class ActionRunDto {
  /**
   * Also the `webhook-id` of every call made for it
   * @example "019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e31"
   */
  id: string;
  /** @example "019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e12" */
  actionId: string;
  /**
   * What the action was called then
   * @example "Open an order"
   */
  caption: string;
  /** Null where somebody tried the action out */
  chatId: string | null;
  requestedBy: RunByDto;
  requestedAt: Date;
  @ApiProperty({ enum: RUN_STATUSES, example: 'running' })
  status: (typeof RUN_STATUSES)[number];
  /**
   * Calls made so far
   * @example 1
   */
  attempts: number;
  /**
   * What the called system answered last
   * @example 200
   */
  httpStatus: number | null;
  /** A word for what is wrong: `refused`, `unavailable`, `timeout`, `blocked_address`, `unreadable_answer`, … */
  code: string | null;
  /** The same in a sentence */
  sentence: string | null;
  /** The system line in the chat that tells the result */
  seq: number | null;
  finishedAt: Date | null;
}

/** What the called system did with an example. */
export class ActionTrialDto {
  run: ActionRunDto;
  /**
   * What an agent would read
   * @example "Order 4711 was opened"
   */
  text: string | null;
}

export class ActionSecretDto {
  /**
   * What the action’s calls are signed with, as of Standard Webhooks. Shown in this answer only
   * @example "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
   */
  secret: string;
}

export function runViewOf(run: RunRow): ActionRunDto {
  const { byKind, byId, byName, ...rest } = run;
  return { ...rest, requestedBy: { kind: byKind, id: byId, name: byName } };
}
