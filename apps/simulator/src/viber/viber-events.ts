import type { Ledger, SentEvent } from '../ledger.js';
import { fullName } from '../people.js';
import type { Settings } from '../settings.js';
import { isInSession, type Known, type ViberBot, type ViberWebhook } from './viber-bot.js';

export interface NewViberEvent {
  /** Viber's word for it. */
  readonly event: string;
  /** Of the message it is about, or its own. */
  readonly token: string;
  readonly at?: number;
  readonly content: Readonly<Record<string, unknown>>;
  readonly text?: string;
}

const HOST = 'SN-CHAT-13_';

/** JSON as Viber writes it: compact, letters as they are, tokens as numbers of 19 digits. */
export function viberBytes({ event, token, at = Date.now(), content }: NewViberEvent): Buffer {
  const { message_token: _, ...rest } = content;
  const head = JSON.stringify({ event, timestamp: at, chat_hostname: HOST }).slice(0, -1);
  const tail = JSON.stringify(rest).slice(1);
  return Buffer.from(`${head},"message_token":${token}${tail === '}' ? '' : ','}${tail}`);
}

/** Signs and sends what happens at bots to their webhooks: one event a call. */
export class ViberEvents {
  constructor(
    private readonly ledger: Ledger,
    private readonly settings: Settings,
  ) {}

  /** What nobody asked for, or comes while there is no webhook, is lost. */
  send(bot: ViberBot, { userId, person }: Known, event: NewViberEvent): SentEvent {
    const body = viberBytes(event);
    const wanted = bot.wants(event.event);
    const entry = this.ledger.event({
      messenger: 'viber',
      account: bot.id,
      kind: event.event,
      person: person.id,
      personId: userId,
      text: event.text,
      messageId: event.token,
      body: body.toString('latin1'),
      state: wanted ? 'pending' : 'unsubscribed',
    });
    if (!wanted) return entry;
    const expiresAt = Date.now() + this.settings.expiryMs;
    bot.courier.push({ event: entry, body, lane: userId, expiresAt, target: () => bot.target(body) });
    return entry;
  }
}

/** Who somebody is, in an event: as much as the webhook was set to tell. */
export function userOf({ userId, person }: Known, webhook: ViberWebhook | undefined): Record<string, unknown> {
  return {
    id: userId,
    ...(webhook?.sendName !== false && { name: fullName(person) }),
    ...(webhook?.sendPhoto && {
      avatar: `https://media-direct.cdn.example.com/download_photo?dlid=${person.telegramId}`,
    }),
    language: person.language,
    country: 'UA',
    api_version: 10,
  };
}

/** 1: in a session, free. 3: outside, billed. */
export function billingStatusOf(known: Known): number {
  return isInSession(known, Date.now()) ? 1 : 3;
}
