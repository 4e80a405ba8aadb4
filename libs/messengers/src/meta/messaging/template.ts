import { arrayOf, at, cleanName, textOf } from '#messenger-kit';
import type { OfferedChoice } from '#messenger-kit';
import type { Shown } from './shown.js';
import { pageUrl } from './links.js';

/** What a template says: its own text, the titles of its cards or products, its buttons. */
interface Template {
  readonly text?: string;
  /** Where its first card leads. */
  readonly url?: string;
  readonly choices: readonly OfferedChoice[];
}

/** https://developers.facebook.com/docs/messenger-platform/send-messages/templates */
export function shownTemplate(whole: unknown): Shown | undefined {
  const { text, url, choices } = readTemplate(whole);
  if (text === undefined && choices.length === 0) return undefined;
  const title = cleanName(text?.split('\n')[0]);
  return {
    attachment: { type: 'template', ...(title !== undefined && { title }), ...(url !== undefined && { url }) },
    ...(text !== undefined && { text }),
    choices,
  };
}

function readTemplate(wire: unknown): Template {
  const payload = at(wire, 'payload');
  const cards = [...arrayOf(at(payload, 'elements')), ...arrayOf(at(payload, 'product', 'elements'))];
  const lines = [textOf(at(payload, 'text')), ...cards.map(cardLine)].filter((line) => line !== undefined);
  const said = lines.length > 0 ? lines.join('\n') : (textOf(at(payload, 'title')) ?? textOf(at(wire, 'title')));
  const url = cards
    .flatMap((card) => [at(card, 'default_action', 'url'), at(card, 'item_url'), at(card, 'url')])
    .map(pageUrl)
    .find((found) => found !== undefined);
  const buttons = [payload, ...cards].flatMap((holder) => arrayOf(at(holder, 'buttons')));
  return {
    ...(said !== undefined && { text: said }),
    ...(url !== undefined && { url }),
    choices: buttons.flatMap(offered),
  };
}

function cardLine(card: unknown): string | undefined {
  const parts = [textOf(at(card, 'title')), textOf(at(card, 'subtitle'))].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(' – ') : undefined;
}

/** A button or quick reply; those without a title (asking for a phone number) show nothing. */
export function offered(button: unknown): OfferedChoice[] {
  const title = cleanName(textOf(at(button, 'title')));
  if (title === undefined) return [];
  const payload = textOf(at(button, 'payload'));
  const url = pageUrl(at(button, 'url'));
  return [{ title, ...(payload !== undefined && { payload }), ...(url !== undefined && { url }) }];
}
