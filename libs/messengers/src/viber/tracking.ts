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
 * sent along last comes with it. Left out where it is too long, addresses first, and at last all: then a pressed key is a text, and
 * none of the keys shown before.
 */
export function trackingOf(choices: readonly OfferedChoice[] = []): { tracking_data?: string } {
  if (choices.length === 0) return {};
  const along = [choices, choices.filter(({ url }) => url === undefined), []].map(dataOf);
  return { tracking_data: along.find((data) => data.length <= MAX_TRACKING) ?? dataOf([]) };
}

function dataOf(choices: readonly OfferedChoice[]): string {
  return JSON.stringify({ choices: choices.map((choice) => [payloadOf(choice), choice.title]) });
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
