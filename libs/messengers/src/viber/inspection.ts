import { at, textOf } from '#messenger-kit';
import type { Finding, InspectRequest } from '#messenger-kit';
import { stoppedBy } from './errors.js';
import { EVENT_TYPES } from './event-types.js';
import type { ViberAnswer } from './viber-api.js';

const SET_AGAIN = 'Set it again; that can be done from here.';
const TAKE_OVER = 'Stop the other program, give it a bot of its own, or take the bot over from here.';

/** `account` is the answer to `get_account_info`, which tells everything there is to know. */
export function inspectBot(account: ViberAnswer, { webhookUrl }: InspectRequest): Finding[] {
  const credential = findingOfToken(account);
  if (account.kind === 'ok') return [credential, findingOfWebhook(account.body, webhookUrl)];
  const stopped = stoppedBy(account);
  return stopped === undefined ? [credential] : [credential, { code: 'account', state: 'broken', sentence: stopped }];
}

/** The host that receives the bot's events, unless that is us, under this or an old name. Paths may be secret. */
export function rivalOf(account: unknown, webhookUrl: string): string | undefined {
  const url = textOf(at(account, 'webhook'));
  if (url === undefined) return undefined;
  if (!URL.canParse(url)) return 'an unreadable address';
  return new URL(url).pathname === new URL(webhookUrl).pathname ? undefined : new URL(url).host;
}

function findingOfToken(account: ViberAnswer): Finding {
  const code = 'credential';
  if (account.kind === 'ok') return { code, state: 'ok', sentence: 'Viber accepts the bot’s token.' };
  if (account.kind === 'error' && account.code === 2) {
    const sentence = 'Viber does not accept the bot’s token any more.';
    const advice = 'Copy the current token from the bot’s settings in Viber and register the bot with it.';
    return { code, state: 'broken', sentence, advice };
  }
  return { code, state: 'unknown', sentence: 'Viber did not tell whether the bot’s token is valid.' };
}

function findingOfWebhook(account: unknown, webhookUrl: string): Finding {
  const code = 'subscription';
  const url = textOf(at(account, 'webhook'));
  if (url === undefined) {
    const sentence = 'The bot’s webhook is gone: nothing that people write arrives, and the bot cannot answer.';
    return { code, state: 'broken', sentence, advice: SET_AGAIN, repair: 'harmless' };
  }
  const rival = rivalOf(account, webhookUrl);
  if (rival !== undefined) {
    const sentence = `The bot’s messages go to another system at ${rival}, not to this server.`;
    return { code, state: 'broken', sentence, advice: TAKE_OVER, repair: 'takes_over' };
  }
  if (url !== webhookUrl) {
    const sentence = 'The bot’s webhook is an old address of this server.';
    return { code, state: 'broken', sentence, advice: SET_AGAIN, repair: 'harmless' };
  }
  const told = at(account, 'event_types');
  const missing = Array.isArray(told) ? EVENT_TYPES.filter((type) => !told.includes(type)) : [];
  if (missing.length === 0) return { code, state: 'ok', sentence: 'Viber delivers to this server.' };
  const sentence = `The bot’s webhook leaves out ${missing.join(', ')}: these events do not arrive.`;
  return { code, state: 'warning', sentence, advice: SET_AGAIN, repair: 'harmless' };
}
