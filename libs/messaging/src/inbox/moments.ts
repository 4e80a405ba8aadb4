import type { ChangeEvent, InboundMessage } from '#messenger-kit';

/*
 * A messenger's clock is taken on trust only up to the moment we heard of what it dates: nothing is said after it was
 * received. A date ahead of ours would hold a window for answers open, stay below what is said next, and beat every later edit.
 */

/**
 * When it was said. A clock of whole seconds would put a question before the answer that was sent in the same second:
 * what the messenger leaves open is filled in from ours.
 */
export function momentOf({ sentAt, sentWithinMs = 0 }: InboundMessage, receivedAt: Date): Date {
  if (!sentAt) return receivedAt;
  return new Date(Math.min(receivedAt.getTime(), sentAt.getTime() + Math.max(sentWithinMs - 1, 0)));
}

const TIMES = ['at', 'upTo', 'sentAt'] as const;

/** The change, none of its times later than when it was received. */
export function heardAt(event: ChangeEvent, receivedAt: Date): ChangeEvent {
  const times: Partial<Record<(typeof TIMES)[number], Date>> = event;
  const ahead = TIMES.filter((name) => times[name] && times[name] > receivedAt);
  if (ahead.length === 0) return event;
  return { ...event, ...Object.fromEntries(ahead.map((name) => [name, receivedAt])) };
}
