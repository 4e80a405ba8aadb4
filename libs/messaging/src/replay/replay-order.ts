import { isId } from '#database';

/** Which of a channel's events are to be taken in again: those that match all that is given. */
export interface ReplayOrder {
  readonly channelId: string;
  readonly keys?: readonly string[];
  /** By when they came in, as ISO strings. */
  readonly from?: string;
  readonly to?: string;
  readonly quarantinedOnly: boolean;
}

/** A stored payload, read back. */
export function isReplayOrder(payload: unknown): payload is ReplayOrder {
  if (typeof payload !== 'object' || payload === null) return false;
  return 'channelId' in payload && isId(payload.channelId) && 'quarantinedOnly' in payload;
}
