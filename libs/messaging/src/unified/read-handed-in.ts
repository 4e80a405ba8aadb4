import {
  type InboundEvent,
  type IncomeMessageWorker,
  readUnified,
  type UnifiedPlace,
  unreadableIn,
} from '#messenger-kit';

/** A message in the unified form, read for the account it came to; anything else is `malformed`, or of another kind. */
export function readHandedIn(form: unknown, source: string, income: IncomeMessageWorker): InboundEvent {
  return readUnified(form, placeOf(source, income));
}

/** The names and positions that lead to the member for which `readHandedIn` calls it `malformed`. */
export function unreadableOf(form: unknown, source: string, income: IncomeMessageWorker): string[] {
  return unreadableIn(form, placeOf(source, income)).map(String);
}

function placeOf(source: string, { idsAreGlobal }: IncomeMessageWorker): UnifiedPlace {
  return { source, scope: idsAreGlobal ? '' : source };
}
