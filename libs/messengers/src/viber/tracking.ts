import { arrayOf, at, parseJson, textOf } from '#messenger-kit';
import type { Choice, OfferedChoice } from '#messenger-kit';

/** https://developers.viber.com/docs/api/rest-bot-api/#general-send-message-parameters */
const MAX_TRACKING = 4_000;

/** What comes back when it is pressed: of one that opens a page, its address. https://developers.viber.com/docs/tools/keyboards/#buttons-parameters */
export function payloadOf({ title, payload, url }: OfferedChoice): string {
  if (url !== undefined) return url;
  return payload === undefined || payload === '' ? title : payload;
}

/**
 * The keys' titles by what they give back, to be sent along: a pressed key arrives as a text like any other, and what was
 * sent along comes with it. Left out where it is too long, addresses first; then a pressed key is a text.
 */
export function trackingOf(choices: readonly OfferedChoice[] = []): { tracking_data?: string } {
  for (const some of [choices, choices.filter(({ url }) => url === undefined)]) {
    const data = JSON.stringify({ choices: some.map((choice) => [payloadOf(choice), choice.title]) });
    if (some.length > 0 && data.length <= MAX_TRACKING) return { tracking_data: data };
  }
  return {};
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
