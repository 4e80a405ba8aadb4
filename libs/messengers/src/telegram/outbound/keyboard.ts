import type { OfferedChoice } from '#messenger-kit';

/** What comes back when the button is pressed. */
export function callbackDataOf({ title, payload }: OfferedChoice): string {
  return payload === undefined || payload === '' ? title : payload;
}

export function isButtonAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/** Buttons below the message, one in a row; they stay. https://core.telegram.org/bots/api#inlinekeyboardmarkup */
export function keyboardOf(choices: readonly OfferedChoice[] = []): { reply_markup?: object } {
  if (choices.length === 0) return {};
  return { reply_markup: { inline_keyboard: choices.map((choice) => [buttonOf(choice)]) } };
}

function buttonOf(choice: OfferedChoice): object {
  const { title: text, url } = choice;
  return url === undefined ? { text, callback_data: callbackDataOf(choice) } : { text, url };
}
