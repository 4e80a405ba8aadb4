import type { Fields } from '../http/fields.js';
import type { Bot } from './bot.js';
import { conflict } from './telegram-error.js';
import { takeAllowedUpdates } from './webhook-methods.js';

const MAX_TIMEOUT_S = 50;

/**
 * Long polling. A second poller ends the first with 409, as the real server does. `offset` confirms everything before it; a negative one
 * counts from the end and forgets the rest.
 */
export async function getUpdates(bot: Bot, fields: Fields): Promise<unknown[]> {
  if (bot.webhook) {
    throw conflict(
      "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
  }
  takeAllowedUpdates(bot, fields);
  bot.poll?.end(true);
  confirmBefore(bot, fields.number('offset') ?? 0);
  const limit = Math.min(Math.max(fields.number('limit') ?? 100, 1), 100);
  const seconds = Math.min(fields.number('timeout') ?? 0, MAX_TIMEOUT_S);
  if (bot.courier.pending.length === 0 && seconds > 0) await waitForUpdate(bot, seconds * 1_000);
  return bot.courier.pending.slice(0, limit).map((parcel): unknown => JSON.parse(parcel.event.body));
}

function waitForUpdate(bot: Bot, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const poll = {
      end: (conflicted: boolean) => {
        clearTimeout(timer);
        if (bot.poll === poll) bot.poll = undefined;
        if (!conflicted) return resolve();
        reject(conflict('terminated by other getUpdates request; make sure that only one bot instance is running'));
      },
    };
    const timer = setTimeout(() => poll.end(false), ms);
    bot.poll = poll;
  });
}

function confirmBefore(bot: Bot, offset: number): void {
  const pending = bot.courier.pending;
  const confirmed =
    offset < 0
      ? pending.slice(0, Math.max(pending.length + offset, 0))
      : pending.filter((parcel) => updateIdOf(parcel.event.body) < offset);
  for (const parcel of confirmed) bot.courier.close(parcel, 'delivered');
}

const updateIdOf = (body: string) => Number(/^\{"update_id":(\d+)/.exec(body)?.[1]);
