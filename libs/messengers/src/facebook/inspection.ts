import type { Finding, InspectRequest } from '#messenger-kit';
import { REFUSALS } from './refusals.js';
import type { AppSubscription, Failed } from '../meta/app-callback.js';
import { callbackFinding } from '../meta/callback-finding.js';
import { PAGE_PERMISSIONS, withReasons } from './permissions.js';
import { FIELDS, type Subscriptions } from './subscriptions.js';
import type { FactsAnswer, TokenFacts } from '../meta/token-facts.js';
import { expiryFinding, untoldFindings } from '../meta/token-findings.js';

/** What Meta said about a Page of ours. */
export interface PageAnswers {
  readonly facts: FactsAnswer;
  readonly page: Awaited<ReturnType<Subscriptions['ofPage']>>;
  readonly app: AppSubscription | Failed;
}

const SIGN_IN = 'Sign in with Facebook again and choose the Page.';

export function inspectPage(page: string, answers: PageAnswers, { webhookUrl, now }: InspectRequest): Finding[] {
  const { facts } = answers;
  if (facts.kind !== 'ok') return untoldFindings(facts, 'the Page’s token', REFUSALS);
  return [
    { code: 'app_secret', state: 'ok', sentence: 'Facebook accepts our app’s secret; it signs webhooks with it.' },
    ...findingsOfToken(facts.facts, page, now),
    ...findingsOfPage(answers.page),
    callbackFinding(answers.app, webhookUrl, FIELDS, REFUSALS),
  ];
}

const DEATHS: Readonly<Record<string, string>> = {
  '458': 'whoever connected the Page removed our app',
  '459': 'Facebook wants whoever connected the Page to sign in there once',
  '460': 'whoever connected the Page changed the password',
  '463': 'it has expired',
  '464': 'whoever connected the Page has an unconfirmed account',
  '492': 'whoever connected the Page has no role on it any more',
};

function findingsOfToken(facts: TokenFacts, page: string, now: Date): Finding[] {
  if (!facts.isValid) {
    const why = DEATHS[facts.deathCode ?? ''] ?? 'it was revoked';
    const sentence = `Facebook does not accept the Page’s token any more: ${why}.`;
    const role: Finding =
      facts.deathCode === '492'
        ? { code: 'role', state: 'broken', sentence: 'Whoever connected the Page lost the role.', advice: ROLE }
        : { code: 'role', state: 'unknown', sentence: 'With a dead token Facebook tells nothing about the role.' };
    return [{ code: 'credential', state: 'broken', sentence, advice: SIGN_IN }, role];
  }
  const missing = PAGE_PERMISSIONS.filter((permission) => !facts.grants(permission, page));
  return [
    { code: 'credential', state: 'ok', sentence: 'Facebook accepts the Page’s token.' },
    missing.length === 0
      ? { code: 'permissions', state: 'ok', sentence: `Granted for this Page: ${PAGE_PERMISSIONS.join(', ')}.` }
      : {
          code: 'permissions',
          state: 'broken',
          sentence: `Not granted for this Page: ${withReasons(missing)}.`,
          advice: `${SIGN_IN} Leave all permissions ticked.`,
        },
    { code: 'role', state: 'ok', sentence: 'The token lives, so whoever connected the Page still has a role on it.' },
    expiryFinding({ code: 'token_expiry', what: 'The Page’s token', advice: SIGN_IN }, facts.expiresAt, now),
    expiryFinding(
      { code: 'data_access_expiry', what: 'Access to the Page’s data', advice: SIGN_IN },
      facts.dataAccessExpiresAt,
      now,
    ),
  ];
}

const ROLE = 'Give them the role back, or let somebody with full control of the Page sign in and choose it.';

function findingsOfPage(answer: PageAnswers['page']): Finding[] {
  const code = 'page_subscription';
  if (answer.kind !== 'ok') {
    return [
      { code, state: 'unknown', sentence: `Facebook did not tell what is subscribed. ${REFUSALS.of(answer).sentence}` },
    ];
  }
  const { missing, others } = answer;
  const subscribed: Finding =
    missing.length === 0
      ? { code, state: 'ok', sentence: 'The Page is subscribed to our app with all fields.' }
      : {
          code,
          state: missing.includes('messages') ? 'broken' : 'warning',
          sentence:
            missing.length === FIELDS.length
              ? 'The Page is not subscribed to our app any more: nothing that people write arrives.'
              : `The Page is not subscribed to ${missing.join(', ')}: these events do not arrive.`,
          advice: 'Subscribe it again; that can be done from here.',
          repair: 'harmless',
        };
  if (others.length === 0) return [subscribed];
  const sentence = `Also receiving the Page’s messages: ${others.join(', ')}.`;
  const advice = 'Two systems may answer the same person. Disconnect the Page in the other one if that is not wanted.';
  return [subscribed, { code: 'other_receivers', state: 'warning', sentence, advice }];
}
