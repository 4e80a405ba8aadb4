import type { Ledger, SentEvent } from '../ledger.js';
import type { Person } from '../people.js';
import type { Settings } from '../settings.js';
import { telegramBytes } from '../wire.js';
import type { Bot } from './bot.js';

export interface NewUpdate {
  /** The one content key and its value, e.g. `{ message: {…} }`. */
  readonly content: Readonly<Record<string, unknown>>;
  readonly person?: Person;
  readonly text?: string;
  readonly messageId?: number;
  /** Given = sent under this update id. */
  readonly updateId?: number;
}

/** Queries live only seconds; everything else as long as the simulator's expiry. */
const SHORT_LIVES: Readonly<Record<string, number>> = {
  callback_query: 150_000,
  shipping_query: 150_000,
  pre_checkout_query: 150_000,
  inline_query: 30_000,
  chosen_inline_result: 600_000,
};

/** Writes updates into the bots' queues. */
export class Updates {
  constructor(
    private readonly ledger: Ledger,
    private readonly settings: Settings,
  ) {}

  send(bot: Bot, update: NewUpdate): SentEvent {
    const kind = Object.keys(update.content)[0] ?? 'nothing';
    const body = telegramBytes(update.updateId ?? bot.nextUpdateId(), update.content);
    const wanted = bot.wants(kind);
    const event = this.ledger.event({
      messenger: 'telegram',
      account: bot.id,
      kind,
      person: update.person?.id,
      personId: update.person && String(update.person.telegramId),
      text: update.text,
      messageId: update.messageId === undefined ? undefined : String(update.messageId),
      body: body.toString('latin1'),
      state: wanted ? 'pending' : 'unsubscribed',
    });
    if (!wanted) return event;
    const lane = laneOf(kind, update.person?.id ?? String(event.n));
    const expiresAt = Date.now() + (SHORT_LIVES[kind] ?? this.settings.expiryMs);
    bot.courier.push({ event, body, lane, expiresAt, target: () => bot.target() });
    bot.poll?.end(false);
    return event;
  }
}

/** Messages and their edits share a queue per chat; other kinds have queues of their own and may overtake them. */
function laneOf(kind: string, person: string): string {
  return `${kind === 'edited_message' ? 'message' : kind} ${person}`;
}
