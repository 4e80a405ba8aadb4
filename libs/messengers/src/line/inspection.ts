import { countOf, textOf } from '#messenger-kit';
import type { Finding } from '#messenger-kit';
import type { LineAnswer } from './line-api.js';
import { rivalOf } from './rival.js';

/** What LINE said about an account of ours. */
export interface AccountAnswers {
  readonly info: LineAnswer;
  readonly endpoint: LineAnswer;
  readonly quota: LineAnswer;
  readonly used: LineAnswer;
}

const SET_AGAIN = 'Set it again; that can be done from here.';
const TAKE_OVER = 'Stop the other system, or have the account’s messages come here again from here.';
const NEARLY_USED_UP = 0.8;

export function inspectAccount({ info, endpoint, quota, used }: AccountAnswers, webhookUrl: string): Finding[] {
  const credential = findingOfToken(info);
  if (credential.state === 'broken') return [credential];
  return [
    credential,
    ...findingsOfEndpoint(endpoint, webhookUrl),
    ...findingsOfChat(info),
    findingOfQuota(quota, used),
    CONSOLE,
  ];
}

function findingOfToken(info: LineAnswer): Finding {
  const code = 'credential';
  if (info.kind === 'ok') return { code, state: 'ok', sentence: 'LINE accepts the channel access token.' };
  if (info.kind === 'error' && info.status === 401) {
    const sentence = 'LINE does not accept the channel access token any more: it was revoked or has expired.';
    const advice = 'Issue a new one in the LINE Developers Console and register the account again with it.';
    return { code, state: 'broken', sentence, advice };
  }
  return { code, state: 'unknown', sentence: 'LINE did not tell whether the channel access token is valid.' };
}

function findingsOfEndpoint(answer: LineAnswer, webhookUrl: string): Finding[] {
  const code = 'subscription';
  const isUnset = answer.kind === 'error' && answer.status === 404;
  if (answer.kind !== 'ok' && !isUnset) {
    return [{ code, state: 'unknown', sentence: 'LINE did not tell where it delivers.' }];
  }
  const url = answer.kind === 'ok' ? textOf(answer.body['endpoint']) : undefined;
  if (url === undefined) {
    const sentence = 'LINE has no webhook address for the account: nothing that people write arrives.';
    return [{ code, state: 'broken', sentence, advice: SET_AGAIN, repair: 'harmless' }];
  }
  const rival = rivalOf(url, webhookUrl);
  if (rival !== undefined) {
    const sentence = `The account’s messages go to another system at ${rival}, not to this server.`;
    return [{ code, state: 'broken', sentence, advice: TAKE_OVER, repair: 'takes_over' }];
  }
  if (url !== webhookUrl) {
    const sentence = 'The account’s webhook is an old address of this server.';
    return [{ code, state: 'broken', sentence, advice: SET_AGAIN, repair: 'harmless' }];
  }
  const ours: Finding = { code, state: 'ok', sentence: 'LINE has this server’s webhook address.' };
  return [ours, findingOfSwitch(answer.kind === 'ok' && answer.body['active'])];
}

/** https://developers.line.biz/en/reference/messaging-api/#get-webhook-endpoint-information */
function findingOfSwitch(active: unknown): Finding {
  const code = 'use_webhook';
  if (active === true) return { code, state: 'ok', sentence: '“Use webhook” is on: LINE delivers.' };
  if (active !== false) return { code, state: 'unknown', sentence: 'LINE did not tell whether “Use webhook” is on.' };
  const sentence = '“Use webhook” is off: LINE delivers nothing, whatever its address.';
  const advice = 'Switch it on in the LINE Developers Console, on the channel’s Messaging API tab.';
  return { code, state: 'broken', sentence, advice };
}

/** Whether people can also be answered in LINE’s own manager; nothing of that comes here. */
function findingsOfChat(info: LineAnswer): Finding[] {
  const code = 'chat_mode';
  const mode = info.kind === 'ok' ? textOf(info.body['chatMode']) : undefined;
  if (mode === 'bot') return [{ code, state: 'ok', sentence: 'The account is answered from here alone.' }];
  if (mode !== 'chat') return [];
  const sentence = 'Chat is on in LINE Official Account Manager: what is answered there does not show here.';
  const advice = 'Switch Chat off there, under Settings, Response settings, unless colleagues shall answer there too.';
  return [{ code, state: 'warning', sentence, advice }];
}

/** https://developers.line.biz/en/reference/messaging-api/#get-quota; the consumption is of this month, and lags behind a little. */
function findingOfQuota(quota: LineAnswer, used: LineAnswer): Finding {
  const code = 'quota';
  const spent = used.kind === 'ok' ? countOf(used.body['totalUsage']) : undefined;
  const type = quota.kind === 'ok' ? quota.body['type'] : undefined;
  if (type === 'none') {
    const sentence = `The account’s messages of a month have no limit; ${spent ?? 'an unknown number of them'} went out this month.`;
    return { code, state: 'ok', sentence };
  }
  const limit = quota.kind === 'ok' && type === 'limited' ? countOf(quota.body['value']) : undefined;
  if (limit === undefined || spent === undefined) {
    return { code, state: 'unknown', sentence: 'LINE did not tell how many messages are left this month.' };
  }
  const count = `${spent} of this month’s ${limit} messages`;
  const advice = 'Book more in LINE Official Account Manager; each answer is one message, with all its files.';
  if (spent >= limit) {
    const sentence = `Used up: ${count} went out, and LINE refuses further answers until next month.`;
    return { code, state: 'broken', sentence, advice };
  }
  if (spent >= limit * NEARLY_USED_UP) {
    return { code, state: 'warning', sentence: `Nearly used up: ${count} went out.`, advice };
  }
  return { code, state: 'ok', sentence: `There is room: ${count} went out.` };
}

const CONSOLE: Finding = {
  code: 'console_settings',
  state: 'unknown',
  sentence: 'LINE does not tell whether greetings and automatic answers are off, and webhook redelivery is on.',
  advice:
    'Look there: greeting and auto-response messages in LINE Official Account Manager, Webhook redelivery in the LINE Developers Console.',
};
