import type { Outcome } from './outcome.js';

/** What a batch adds to a channel's ledger: `received` is what was converted, the others say what became of it. */
export interface Totals {
  readonly channelId: string;
  received: number;
  stored: number;
  duplicate: number;
  ignored: number;
  refused: number;
  quarantined: number;
}

interface Entry {
  readonly channel: { readonly id: string };
  readonly outcome: Outcome;
}

/** Per channel, in id order: `fresh` are the claimed events that were entered now, the rest came before. */
export function totalsOf(claimed: readonly Entry[], fresh: readonly Entry[]): Totals[] {
  const totals = new Map<string, Totals>();
  for (const { channel } of claimed) {
    const total = totals.get(channel.id) ?? nothing(channel.id);
    total.received += 1;
    total.duplicate += 1;
    totals.set(channel.id, total);
  }
  for (const { channel, outcome } of fresh) {
    const total = totals.get(channel.id)!;
    total.duplicate -= 1;
    total[outcome] += 1;
  }
  return [...totals.values()].sort((a, b) => (a.channelId < b.channelId ? -1 : 1));
}

function nothing(channelId: string): Totals {
  return { channelId, received: 0, stored: 0, duplicate: 0, ignored: 0, refused: 0, quarantined: 0 };
}
