import { arrayOf, at, idOf, NotAskedError, OutcomeUnknownError } from '#messenger-kit';
import type { ChannelAccount, Poller, PollVerdict } from '#messenger-kit';
import { ALLOWED_UPDATES } from './allowed-updates.js';
import type { BotAnswer, BotApi } from './bot-api.js';

const WAIT_S = 25;
const CALL_TIMEOUT_MS = (WAIT_S + 10) * 1_000;
/** How many updates at once; fewer where so many are more than an answer may hold. */
const LIMITS = [100, 10, 1];

/** https://core.telegram.org/bots/api#getupdates; the cursor is the `offset` that confirms everything before it. */
export class TelegramPoller implements Poller {
  constructor(private readonly api: BotApi) {}

  async poll(account: ChannelAccount, cursor: string | undefined, signal: AbortSignal): Promise<PollVerdict> {
    try {
      const answer = await this.getUpdates(account, cursor, signal);
      if (answer.kind !== 'ok') return refusalOf(answer);
      return Array.isArray(answer.result)
        ? polled(arrayOf(answer.result), cursor)
        : refusalOf({ kind: 'unreadable', status: 200 });
    } catch (error) {
      if (signal.aborted) return { kind: 'polled', bodies: [], cursor };
      if (!(error instanceof NotAskedError) && !(error instanceof OutcomeUnknownError)) throw error;
      return { kind: 'refused', class: 'retry', sentence: `Telegram did not answer (${error.code}).` };
    }
  }

  private async getUpdates(
    account: ChannelAccount,
    cursor: string | undefined,
    signal: AbortSignal,
    [limit, ...fewer]: readonly number[] = LIMITS,
  ): Promise<BotAnswer> {
    const offset = Number(cursor);
    const parameters = {
      ...(cursor !== undefined && Number.isSafeInteger(offset) && { offset }),
      limit,
      timeout: WAIT_S,
      allowed_updates: ALLOWED_UPDATES,
    };
    const token = account.credentials['botToken'] ?? '';
    try {
      return await this.api.call({ token, method: 'getUpdates', parameters, signal, timeoutMs: CALL_TIMEOUT_MS });
    } catch (error) {
      const isTooMuch = error instanceof OutcomeUnknownError && error.code === 'answer_too_large';
      if (!isTooMuch || fewer.length === 0) throw error;
      return this.getUpdates(account, cursor, signal, fewer);
    }
  }
}

/** The last update counts, not the highest: after a quiet week ids may start lower. */
function polled(updates: readonly unknown[], cursor: string | undefined): PollVerdict {
  const last = updates.flatMap((update) => idOf(at(update, 'update_id')) ?? []).at(-1);
  const next = last !== undefined && /^\d{1,15}$/.test(last) ? String(Number(last) + 1) : cursor;
  return { kind: 'polled', bodies: updates.map((update) => Buffer.from(JSON.stringify(update))), cursor: next };
}

function refusalOf(answer: Exclude<BotAnswer, { kind: 'ok' }>): PollVerdict {
  if (answer.kind === 'unreadable') {
    return { kind: 'refused', class: 'retry', sentence: `Telegram gave no readable answer (${answer.status}).` };
  }
  const { code, description, retryAfterMs } = answer;
  if (code === 401 || code === 404) {
    const sentence = 'Telegram no longer accepts the bot’s token. Connect the channel again with a valid token.';
    return { kind: 'refused', class: 'reauthorize', sentence };
  }
  if (code === 409) return { kind: 'refused', class: 'conflict', sentence: conflictOf(description) };
  return {
    kind: 'refused',
    class: 'retry',
    sentence: `Telegram did not give its updates (error ${code}).`,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

function conflictOf(description: string): string {
  return /webhook/i.test(description)
    ? 'Another program set a webhook on this bot and receives its messages. Register the channel again to take it back.'
    : 'Another program asks for this bot’s messages at the same time. Stop it, or give it a bot of its own.';
}
