import type { ChannelAccount, Finding } from '#messenger-kit';
import type { Failed } from '../meta/app-callback.js';
import { expiryFinding } from '../meta/token-findings.js';
import { FIELDS, type AccountSubscription, type OwnAccount } from './account.js';
import { NEEDED } from './permissions.js';
import { REFUSALS } from './refusals.js';
import { endOf } from './token.js';

/** What Instagram said about an account of ours. */
export interface AccountAnswers {
  readonly own: OwnAccount | Failed;
  readonly subscription: AccountSubscription | Failed;
}

const SIGN_IN =
  'Sign in with Instagram again and choose the account, or connect it with a new token; its chats and waiting answers stay.';
const AHEAD_DAYS = 10;
const TOKEN_DEAD = 190;
const LACKING = new Set([3, 10, 200, 230]);

export function inspectAccount(account: ChannelAccount, { own, subscription }: AccountAnswers, now: Date): Finding[] {
  const credential = findingOfToken(own, account, now);
  return [
    credential,
    ...(credential.state === 'broken' ? [] : [findingOfEnd(endOf(account), now)]),
    findingOfPermissions(subscription),
    ...findingsOfSubscription(subscription),
  ];
}

function findingOfToken(own: AccountAnswers['own'], account: ChannelAccount, now: Date): Finding {
  const code = 'credential';
  if (own.kind === 'ok') {
    if (own.id === account.source || own.appScopedId === account.source) {
      return { code, state: 'ok', sentence: 'Instagram accepts the account’s token.' };
    }
    return { code, state: 'broken', sentence: 'The token is another account’s.', advice: SIGN_IN };
  }
  if (own.kind === 'error' && own.error.code === TOKEN_DEAD) {
    const end = endOf(account);
    const why = end && end <= now ? `it ended on ${end.toISOString().slice(0, 10)}` : 'it was revoked, or has ended';
    const sentence = `Instagram does not accept the account’s token any more: ${why}.`;
    return { code, state: 'broken', sentence, advice: SIGN_IN };
  }
  return {
    code,
    state: 'unknown',
    sentence: `Instagram did not tell whether the token is valid. ${REFUSALS.of(own).sentence}`,
  };
}

/** It is told when a token is made: of one that was just connected nobody knows it yet. */
function findingOfEnd(end: Date | undefined, now: Date): Finding {
  const code = 'token_expiry';
  if (!end) {
    const sentence = 'When the token ends shows a day after it was connected, when it is renewed for the first time.';
    return { code, state: 'unknown', sentence };
  }
  return expiryFinding({ code, what: 'The account’s token', advice: SIGN_IN, aheadDays: AHEAD_DAYS }, end, now);
}

function findingOfPermissions(answer: AccountAnswers['subscription']): Finding {
  const code = 'permissions';
  if (answer.kind === 'error' && LACKING.has(answer.error.code)) {
    return {
      code,
      state: 'broken',
      sentence: 'The token may not do all that is needed, or access to messages is switched off in the account.',
      advice: `${SIGN_IN} In the Instagram app, switch on Settings, Messages, Connected tools, Allow access to messages.`,
    };
  }
  if (answer.kind !== 'ok')
    return { code, state: 'unknown', sentence: 'Instagram did not tell what the token may do.' };
  return { code, state: 'ok', sentence: `Granted: ${NEEDED.join(', ')}.` };
}

function findingsOfSubscription(answer: AccountAnswers['subscription']): Finding[] {
  const code = 'account_subscription';
  if (answer.kind !== 'ok') {
    const sentence = `Instagram did not tell what is subscribed. ${REFUSALS.of(answer).sentence}`;
    return [{ code, state: 'unknown', sentence }];
  }
  const { missing, others } = answer;
  const subscribed: Finding =
    missing.length === 0
      ? { code, state: 'ok', sentence: 'The account is subscribed to our app with all fields.' }
      : {
          code,
          state: missing.includes('messages') ? 'broken' : 'warning',
          sentence:
            missing.length === FIELDS.length
              ? 'The account is not subscribed to our app any more: nothing that people write arrives.'
              : `The account is not subscribed to ${missing.join(', ')}: these events do not arrive.`,
          advice: 'Subscribe it again; that can be done from here.',
          repair: 'harmless',
        };
  if (others.length === 0) return [subscribed];
  const sentence = `Also receiving the account’s messages: ${others.join(', ')}.`;
  const both = 'Two systems may answer the same person. Disconnect the account in the other one if that is not wanted.';
  return [subscribed, { code: 'other_receivers', state: 'warning', sentence, advice: both }];
}
