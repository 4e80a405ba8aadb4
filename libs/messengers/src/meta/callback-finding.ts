import type { Finding } from '#messenger-kit';
import { isRight, rivalOf, type AppSubscription, type Failed } from './app-callback.js';
import type { Refusals } from './refusals.js';

/** What the doctor says about where our Meta app delivers. */
export function callbackFinding(
  answer: AppSubscription | Failed,
  webhookUrl: string,
  wanted: readonly string[],
  refusals: Refusals,
): Finding {
  const code = 'app_subscription';
  if (answer.kind !== 'ok') {
    const { network } = refusals.names;
    const sentence = `${network} did not tell the app’s callback. ${refusals.ofApp(answer).sentence}`;
    return { code, state: 'unknown', sentence };
  }
  if (isRight(answer, webhookUrl, wanted)) {
    return { code, state: 'ok', sentence: 'The Meta app delivers to this server.' };
  }
  return { code, state: 'broken', ...driftOf(answer, webhookUrl, wanted) };
}

function driftOf(
  app: AppSubscription,
  webhookUrl: string,
  wanted: readonly string[],
): Pick<Finding, 'sentence' | 'advice' | 'repair'> {
  const rival = rivalOf(app, webhookUrl);
  if (rival !== undefined) {
    return {
      sentence: `The Meta app delivers to another system at ${rival}, not to this server.`,
      advice: 'Give each system a Meta app of its own, or take the app over from here.',
      repair: 'takes_over',
    };
  }
  const advice = 'Set the callback again; that can be done from here.';
  if (app.callbackUrl === undefined) return { sentence: 'The Meta app has no callback.', advice, repair: 'harmless' };
  if (app.callbackUrl !== webhookUrl) {
    return { sentence: 'The Meta app delivers to an old address of this server.', advice, repair: 'harmless' };
  }
  const missing = wanted.filter((field) => !app.fields.includes(field));
  const sentence = app.active
    ? `The Meta app is not subscribed to ${missing.join(', ')}: these events do not arrive.`
    : 'Meta switched the app’s callback off.';
  return { sentence, advice, repair: 'harmless' };
}
