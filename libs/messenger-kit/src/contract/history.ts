import type { ChannelAccount } from './account.js';

export type HistoryVerdict =
  | {
      readonly kind: 'read';
      /** As `IncomeMessageWorker.convert` takes them, with the keys a webhook would have given. */
      readonly bodies: readonly Buffer[];
      /** Where to go on; undefined = that was all. */
      readonly next: string | undefined;
    }
  | {
      readonly kind: 'refused';
      /** `retry`: later it may be read, also when somebody has to renew the credentials first. */
      readonly class: 'permanent' | 'retry';
      readonly sentence: string;
    };

/** Reads back what the messenger keeps, for a time in which it did not deliver to us. */
export interface HistoryReader {
  /** What was said since then, in parts; `cursor` is the last part's `next`, undefined at first. Rejects when the network cannot be reached. */
  read(account: ChannelAccount, since: Date, cursor: string | undefined, signal: AbortSignal): Promise<HistoryVerdict>;
}
