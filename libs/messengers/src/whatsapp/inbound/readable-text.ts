import { arrayOf, at, cleanName, idOf, objectOf, parseJson, textOf } from '#messenger-kit';
import type { MessageContent } from '#messenger-kit';

/** Something pressed: a reply button, a row of a list, a button of a template. */
export function pressed(title: unknown, id: unknown): MessageContent | undefined {
  const payload = textOf(id);
  const text = textOf(title) ?? payload;
  return text === undefined ? undefined : { text, choice: { title: text, ...(payload !== undefined && { payload }) } };
}

export function interactive(wire: unknown): MessageContent | undefined {
  const reply = at(wire, 'button_reply') ?? at(wire, 'list_reply');
  if (reply !== undefined) return pressed(at(reply, 'title'), at(reply, 'id'));
  const form = at(wire, 'nfm_reply');
  return objectOf(form) && filledIn(form);
}

/** A form somebody filled in: its answers, each on a line of its own, and whole. They come as JSON in a string. */
function filledIn(form: unknown): MessageContent | undefined {
  const written = textOf(at(form, 'response_json'));
  const answers = Object.entries(objectOf(written === undefined ? undefined : parseJson(written)) ?? {});
  const lines = answers
    .filter(([name]) => name !== 'flow_token')
    .map(([name, value]) => textOf(`${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`));
  const text = [textOf(at(form, 'body')), ...lines].filter((line) => line !== undefined).join('\n');
  return text === '' ? undefined : { text };
}

/** What somebody ordered out of a catalogue, a line each. */
export function order(wire: unknown): MessageContent | undefined {
  const lines = arrayOf(at(wire, 'product_items')).flatMap((item) => {
    const product = idOf(at(item, 'product_retailer_id'));
    const [quantity, price] = [idOf(at(item, 'quantity')), numberOf(at(item, 'item_price'))];
    const currency = textOf(at(item, 'currency')) ?? '';
    return (
      cleanName(`${quantity ?? '1'} × ${product ?? '?'}${price === undefined ? '' : ` (${price} ${currency})`}`) ?? []
    );
  });
  const text = [textOf(at(wire, 'text')), ...lines].filter((line) => line !== undefined).join('\n');
  return text === '' ? undefined : { text };
}

function numberOf(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : textOf(value);
}
