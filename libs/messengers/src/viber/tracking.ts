import { arrayOf, at, parseJson, textOf } from '#messenger-kit';
import type { Choice, OfferedChoice } from '#messenger-kit';

/** https://developers.viber.com/docs/api/rest-bot-api/#general-send-message-parameters */
const MAX_TRACKING = 4_000;

/** What comes back when it is pressed. */
export function payloadOf({ title, payload }: OfferedChoice): string {
  return payload === undefined || payload === '' ? title : payload;
}

/**
 * The keys' titles by what they give back, to be sent along: a pressed key arrives as a text like any other, and what was
 * sent along comes with it. Left out where it is too long; then a pressed key is a text.
 */
export function trackingOf(choices: readonly OfferedChoice[] = []): { tracking_data?: string } {
  const keys = choices.flatMap((choice) => (choice.url === undefined ? [[payloadOf(choice), choice.title]] : []));
  if (keys.length === 0) return {};
  const data = JSON.stringify({ choices: keys });
  return data.length <= MAX_TRACKING ? { tracking_data: data } : {};
}

/** The choice that `text` is, by what was sent along with the last keys. */
export function pressedChoice(text: string, tracking: unknown): Choice | undefined {
  const keys = arrayOf(at(typeof tracking === 'string' ? parseJson(tracking) : undefined, 'choices'));
  for (const key of keys.map(arrayOf)) {
    const [payload, title] = [textOf(key[0]), textOf(key[1])];
    if (payload === text && title !== undefined) return { title, payload };
  }
  return undefined;
}
