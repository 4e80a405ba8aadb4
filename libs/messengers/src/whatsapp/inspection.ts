import type { Finding, InspectRequest } from '#messenger-kit';
import type { AppSubscription, Failed } from '../meta/app-callback.js';
import { callbackFinding } from '../meta/callback-finding.js';
import type { FactsAnswer, TokenFacts } from '../meta/token-facts.js';
import { expiryFinding, untoldFindings } from '../meta/token-findings.js';
import { FIELDS, type AccountSubscription, type PhoneNumber } from './business-account.js';
import { NEEDED, withReasons } from './permissions.js';
import { REFUSALS } from './refusals.js';

/** What WhatsApp said about a number of ours. */
export interface NumberAnswers {
  readonly facts: FactsAnswer;
  readonly account: AccountSubscription | Failed;
  readonly app: AppSubscription | Failed;
  readonly number: PhoneNumber | Failed;
}

const NEW_TOKEN = 'Make a new token for the system user and connect the number again with it.';

export function inspectNumber(account: string, answers: NumberAnswers, request: InspectRequest): Finding[] {
  const { facts } = answers;
  if (facts.kind !== 'ok') return untoldFindings(facts, 'the token', REFUSALS);
  return [
    { code: 'app_secret', state: 'ok', sentence: 'WhatsApp accepts our app’s secret; it signs webhooks with it.' },
    ...findingsOfToken(facts.facts, account, request.now),
    ...findingsOfAccount(answers.account, request.webhookUrl),
    callbackFinding(answers.app, request.webhookUrl, FIELDS, REFUSALS),
    findingOfNumber(answers.number),
  ];
}

function findingsOfToken(facts: TokenFacts, account: string, now: Date): Finding[] {
  if (!facts.isValid) {
    const sentence = 'WhatsApp does not accept the token any more: it was revoked or has expired.';
    return [{ code: 'credential', state: 'broken', sentence, advice: NEW_TOKEN }];
  }
  const missing = NEEDED.filter((permission) => !facts.grants(permission, account));
  return [
    { code: 'credential', state: 'ok', sentence: 'WhatsApp accepts the token.' },
    missing.length === 0
      ? { code: 'permissions', state: 'ok', sentence: `Granted for this account: ${NEEDED.join(', ')}.` }
      : {
          code: 'permissions',
          state: 'broken',
          sentence: `Not granted for this account: ${withReasons(missing)}.`,
          advice: `Assign the account to the system user. ${NEW_TOKEN}`,
        },
    // A system user's token has no end; others are taken as well.
    expiryFinding({ code: 'token_expiry', what: 'The token', advice: NEW_TOKEN }, facts.expiresAt, now),
  ];
}

function findingsOfAccount(answer: AccountSubscription | Failed, webhookUrl: string): Finding[] {
  const code = 'account_subscription';
  if (answer.kind !== 'ok') {
    const sentence = `WhatsApp did not tell what is subscribed. ${REFUSALS.of(answer).sentence}`;
    return [{ code, state: 'unknown', sentence }];
  }
  const { isOurs, override, others } = answer;
  const advice = 'Subscribe it again; that can be done from here.';
  const goesElsewhere = override !== undefined && override !== webhookUrl;
  const subscribed: Finding = !isOurs
    ? {
        code,
        state: 'broken',
        sentence: 'The WhatsApp account is not subscribed to our app any more: nothing that people write arrives.',
        advice,
        repair: 'harmless',
      }
    : goesElsewhere
      ? {
          code,
          state: 'broken',
          sentence: 'What is written to the WhatsApp account goes to an address of its own, not to this server.',
          advice,
          repair: 'takes_over',
        }
      : { code, state: 'ok', sentence: 'The WhatsApp account is subscribed to our app.' };
  if (others.length === 0) return [subscribed];
  const sentence = `Also receiving the account’s messages: ${others.join(', ')}.`;
  const both = 'Two systems may answer the same person. Disconnect the account in the other one if that is not wanted.';
  return [subscribed, { code: 'other_receivers', state: 'warning', sentence, advice: both }];
}

function findingOfNumber(answer: PhoneNumber | Failed): Finding {
  const code = 'number';
  if (answer.kind !== 'ok') {
    return {
      code,
      state: 'unknown',
      sentence: `WhatsApp did not tell about the number. ${REFUSALS.of(answer).sentence}`,
    };
  }
  if (answer.platform !== undefined && answer.platform !== 'CLOUD_API') {
    const advice = 'Register the number in WhatsApp Manager.';
    return { code, state: 'broken', sentence: 'The number is not registered with the Cloud API.', advice };
  }
  if (answer.quality === 'RED') {
    const advice = 'People block or report the number. Write less, and only to those who wait for it.';
    return { code, state: 'warning', sentence: 'WhatsApp rates the number’s quality as low.', advice };
  }
  return { code, state: 'ok', sentence: 'The number is registered with the Cloud API.' };
}
