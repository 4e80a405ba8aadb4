import { arrayOf, at, countOf, textOf, timeOf } from '#messenger-kit';
import type { Finding, InspectRequest } from '#messenger-kit';
import { ALLOWED_UPDATES, NOT_BY_DEFAULT } from './allowed-updates.js';
import type { BotAnswer } from './bot-api.js';

/** What Telegram said about a bot of ours. */
export interface BotAnswers {
  readonly me: BotAnswer;
  /** https://core.telegram.org/bots/api#webhookinfo */
  readonly webhook: BotAnswer;
}

const RECENT_MS = 3_600_000;
const MANY_WAITING = 100;
const SET_AGAIN = 'Set it again; that can be done from here.';
const TAKE_OVER = 'Stop the other program, give it a bot of its own, or take the bot over from here.';

export function inspectBot({ me, webhook }: BotAnswers, request: InspectRequest): Finding[] {
  const credential = findingOfToken(me);
  if (credential.state === 'broken') return [credential];
  if (webhook.kind !== 'ok') {
    const sentence = 'Telegram did not tell where it delivers.';
    return [credential, { code: 'subscription', state: 'unknown', sentence }];
  }
  const { result } = webhook;
  if (request.delivery === 'polling') return [credential, findingOfPolling(result)];
  const subscription = findingOfWebhook(result, request.webhookUrl);
  if (subscription.state === 'broken') return [credential, subscription];
  return [credential, subscription, ...findingsOfDelivery(result, request)];
}

/** The host that receives the bot's updates, unless that is us, under this or an old name. Paths may be secret. */
export function rivalOf(info: unknown, webhookUrl: string): string | undefined {
  const url = textOf(at(info, 'url'));
  if (url === undefined) return undefined;
  const isOurs = URL.canParse(url) && new URL(url).pathname === new URL(webhookUrl).pathname;
  return isOurs ? undefined : hostOf(url);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an unreadable address';
}

function findingOfToken(me: BotAnswer): Finding {
  const code = 'credential';
  if (me.kind === 'ok') return { code, state: 'ok', sentence: 'Telegram accepts the bot’s token.' };
  if (me.kind === 'error' && (me.code === 401 || me.code === 404)) {
    const sentence = 'Telegram does not accept the bot’s token any more: it was revoked, or the bot deleted.';
    const advice = 'Ask @BotFather for the current token and register the bot with it.';
    return { code, state: 'broken', sentence, advice };
  }
  return { code, state: 'unknown', sentence: 'Telegram did not tell whether the bot’s token is valid.' };
}

/** A webhook shuts out polling. */
function findingOfPolling(info: unknown): Finding {
  const code = 'subscription';
  const url = textOf(at(info, 'url'));
  if (url === undefined) return { code, state: 'ok', sentence: 'This server asks Telegram for the bot’s messages.' };
  const sentence = `Another program set a webhook on the bot: its messages go to ${hostOf(url)}.`;
  return { code, state: 'broken', sentence, advice: TAKE_OVER, repair: 'takes_over' };
}

function findingOfWebhook(info: unknown, webhookUrl: string): Finding {
  const code = 'subscription';
  const url = textOf(at(info, 'url'));
  if (url === undefined) {
    const sentence = 'The bot’s webhook is gone: nothing that people write arrives.';
    return { code, state: 'broken', sentence, advice: SET_AGAIN, repair: 'harmless' };
  }
  const rival = rivalOf(info, webhookUrl);
  if (rival !== undefined) {
    const sentence = `The bot’s messages go to another system at ${rival}, not to this server.`;
    return { code, state: 'broken', sentence, advice: TAKE_OVER, repair: 'takes_over' };
  }
  if (url !== webhookUrl) {
    const sentence = 'The bot’s webhook is an old address of this server.';
    return { code, state: 'broken', sentence, advice: SET_AGAIN, repair: 'harmless' };
  }
  const allowed = at(info, 'allowed_updates');
  const missing = ALLOWED_UPDATES.filter((kind) =>
    allowed === undefined ? NOT_BY_DEFAULT.has(kind) : !arrayOf(allowed).includes(kind),
  );
  if (missing.length === 0) return { code, state: 'ok', sentence: 'Telegram delivers to this server.' };
  const sentence = `The bot’s webhook leaves out ${missing.join(', ')}: these events do not arrive.`;
  return { code, state: 'warning', sentence, advice: SET_AGAIN, repair: 'harmless' };
}

function findingsOfDelivery(info: unknown, { now, usesReplacedSecret = false }: InspectRequest): Finding[] {
  const waiting = countOf(at(info, 'pending_update_count')) ?? 0;
  const failedAt = timeOf(at(info, 'last_error_date'));
  const message = textOf(at(info, 'last_error_message'))?.slice(0, 200) ?? '';
  const isRecent = failedAt !== undefined && now.getTime() - failedAt.getTime() < RECENT_MS;
  return [
    findingOfSecret(isRecent ? message : '', usesReplacedSecret),
    deliveryOf(waiting, isRecent ? message : undefined),
  ];
}

/** A wrong secret is answered with 401 by our webhook door. Telegram does not tell which secret it has. */
function findingOfSecret(message: string, usesReplacedSecret: boolean): Finding {
  const code = 'signature_secret';
  if (/\b401\b/.test(message)) {
    const sentence = 'Telegram’s last delivery carried another secret than ours and was refused.';
    return { code, state: 'broken', sentence, advice: SET_AGAIN, repair: 'harmless' };
  }
  if (usesReplacedSecret) {
    const sentence = 'Telegram delivers with a secret that was replaced.';
    return { code, state: 'warning', sentence, advice: SET_AGAIN, repair: 'harmless' };
  }
  return { code, state: 'unknown', sentence: 'Telegram does not tell which secret it has; none was wrong of late.' };
}

function deliveryOf(waiting: number, message: string | undefined): Finding {
  const code = 'delivery';
  if (message !== undefined) {
    const sentence = `Telegram’s last delivery failed within the last hour (“${message}”); ${waiting} events wait there.`;
    const advice = 'Make sure that Telegram reaches the webhook address over https with a valid certificate.';
    return { code, state: waiting > 0 ? 'broken' : 'warning', sentence, advice };
  }
  if (waiting >= MANY_WAITING) {
    return { code, state: 'warning', sentence: `${waiting} events wait at Telegram to be delivered.` };
  }
  return { code, state: 'ok', sentence: `Deliveries succeed; ${waiting} events wait at Telegram.` };
}
