import { Injectable } from '@nestjs/common';
import { NotAskedError, OutcomeUnknownError } from '#messenger-kit';
import type { Attempted } from './consequence.js';
import type { Lane } from './lanes.repository.js';

/** So many chats in a row, with nothing in between that got an answer: it is not about one of them. */
const CHATS = 3;
const FIRST_MS = 1_000;
/** Also how long it takes at most until it is noticed that the messenger is back. */
const LONGEST_MS = 30_000;

interface Trouble {
  readonly chats: Set<string>;
  /** The last wait, and when it is over by `performance.now()`. */
  waitMs: number;
  over: number;
}

/**
 * Which channels find their messenger away. Each lane waits on its own, and a channel may have hundreds: they would all go on
 * asking a messenger that is down, and one that gives no answer would leave each of their messages unconfirmed. It sees the calls
 * of this node only; the wait that follows is obeyed by all.
 */
@Injectable()
export class ChannelTrouble {
  private readonly troubles = new Map<string, Trouble>();

  /** What one try tells of the messenger. Answers for how many ms the whole channel has to wait now; mostly 0. */
  waitAfter({ channelId, chatId }: Lane, attempted: Attempted): number {
    const away = seemsAway(attempted);
    if (away === false) this.troubles.delete(channelId);
    if (!away) return 0;
    const trouble = this.troubles.get(channelId) ?? { chats: new Set(), waitMs: 0, over: 0 };
    this.troubles.set(channelId, trouble);
    if (trouble.chats.size < CHATS) trouble.chats.add(chatId);
    const now = performance.now();
    // Calls that were under way when the wait began tell nothing new.
    if (trouble.chats.size < CHATS || now < trouble.over) return 0;
    trouble.waitMs = Math.min(trouble.waitMs * 2 || FIRST_MS, LONGEST_MS);
    trouble.over = now + trouble.waitMs;
    return trouble.waitMs;
  }
}

/** Undefined where the try tells nothing of the messenger. */
function seemsAway(attempted: Attempted): boolean | undefined {
  if ('error' in attempted) {
    const { error } = attempted;
    return error instanceof NotAskedError || error instanceof OutcomeUnknownError || undefined;
  }
  const { verdict, asked = true } = attempted;
  if (!asked) return undefined;
  return (
    verdict.kind === 'unknown' ||
    (verdict.kind === 'rejected' && verdict.class === 'retryAfter' && !verdict.retryAfterMs)
  );
}
