import { type InboundEvent, type IncomeMessageWorker, readUnified } from '#messenger-kit';

/** A message in the unified form, read for the account it came to; anything else is `malformed`, or of another kind. */
export function readHandedIn(form: unknown, source: string, { idsAreGlobal }: IncomeMessageWorker): InboundEvent {
  return readUnified(form, { source, scope: idsAreGlobal ? '' : source });
}
