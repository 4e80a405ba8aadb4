/** A channel's ledger in sums: `received` is what was converted, the others say what became of it. */
export interface Totals {
  readonly channelId: string;
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly ignored: number;
  readonly refused: number;
  readonly quarantined: number;
}
