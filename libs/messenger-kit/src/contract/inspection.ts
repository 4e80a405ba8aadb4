import type { Delivery } from './account.js';

export type FindingState = 'ok' | 'warning' | 'broken' | 'unknown';

/** One thing that was looked at. */
export interface Finding {
  /** A stable snake_case word for what was looked at, the same whatever the state. */
  readonly code: string;
  readonly state: FindingState;
  /** What is the case, in a sentence a person understands. */
  readonly sentence: string;
  /** What to do; absent when there is nothing to do. */
  readonly advice?: string;
  /**
   * Whether connecting the channel again puts it right: `harmless`, or `takes_over` what somebody else receives now. Absent
   * where only a person can.
   */
  readonly repair?: 'harmless' | 'takes_over';
}

export interface InspectRequest {
  /** Where the messenger should deliver. */
  readonly webhookUrl: string;
  readonly delivery: Delivery;
  readonly now: Date;
  /** Calls still come under the webhook secret before, long after it was replaced. */
  readonly usesReplacedSecret?: boolean;
}
