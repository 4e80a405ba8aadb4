import type { OfferedChoice } from '#messenger-kit';
import { payloadOf } from '../tracking.js';

/** Titles are HTML to Viber. */
export function keyTitleOf({ title }: OfferedChoice): string {
  return title.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** In place of the phone's own keyboard, one key in a row; it goes when one is pressed. https://developers.viber.com/docs/tools/keyboards/ */
export function keyboardOf(choices: readonly OfferedChoice[] = []): { keyboard?: object } {
  if (choices.length === 0) return {};
  return { keyboard: { Type: 'keyboard', DefaultHeight: false, Buttons: choices.map(keyOf) } };
}

function keyOf(choice: OfferedChoice): object {
  const ActionType = choice.url === undefined ? 'reply' : 'open-url';
  return { Columns: 6, Rows: 1, ActionType, ActionBody: payloadOf(choice), Text: keyTitleOf(choice) };
}
