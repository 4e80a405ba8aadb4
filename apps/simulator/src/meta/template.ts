import type { ShownButton } from '../conversations.js';
import { Fields, isRecord } from '../http/fields.js';
import { GraphError, invalidParameter } from './graph-error.js';

const MAX_TEXT = 640;
const MAX_TITLE = 20;
const MAX_PAYLOAD = 1_000;
const MAX_BUTTONS = 3;
const MAX_ELEMENTS = 10;
const MAX_ELEMENT_TEXT = 80;

/** Refuses what the Send API refuses in a template. */
export function checkTemplate(payload: Fields): void {
  const type = payload.text('template_type');
  if (type === 'button') {
    const text = payload.text('text');
    if (!text) throw badField('text is required');
    if (text.length > MAX_TEXT) throw badField(`text must be at most ${MAX_TEXT} characters`);
    checkButtons(recordsOf(payload, 'buttons'), 1);
  } else if (type === 'generic') {
    const elements = recordsOf(payload, 'elements');
    checkCount('elements', elements.length, 1, MAX_ELEMENTS);
    for (const element of elements) checkElement(element);
  } else {
    throw badField('template_type is not one of those there are');
  }
}

/** What a template says, for the phone. */
export function shownTemplate(payload: Fields): { text: string; buttons: ShownButton[] } {
  const elements = recordsOf(payload, 'elements');
  const lines = elements.flatMap((one) => [one.text('title'), one.text('subtitle')]);
  const text = [payload.text('text'), ...lines].filter((line) => line !== undefined).join('\n');
  const buttons = [payload, ...elements].flatMap((one) => recordsOf(one, 'buttons'));
  return { text, buttons: buttons.map(shownButton) };
}

function shownButton(button: Fields): ShownButton {
  const title = button.text('title') ?? '';
  const url = button.text('url');
  if (button.text('type') === 'web_url') return { kind: 'url', title, payload: title, url };
  return { kind: 'postback', title, payload: button.text('payload') ?? title };
}

function checkElement(element: Fields): void {
  const title = element.text('title');
  if (!title) throw badField('title is required in each element');
  for (const text of [title, element.text('subtitle') ?? '']) {
    if (text.length > MAX_ELEMENT_TEXT)
      throw badField(`title and subtitle have at most ${MAX_ELEMENT_TEXT} characters`);
  }
  checkButtons(recordsOf(element, 'buttons'), 0);
}

function checkButtons(buttons: readonly Fields[], least: number): void {
  checkCount('buttons', buttons.length, least, MAX_BUTTONS);
  for (const button of buttons) {
    const title = button.text('title') ?? '';
    if (title === '' || title.length > MAX_TITLE) throw badField(`title of a button has 1 to ${MAX_TITLE} characters`);
    const type = button.text('type');
    const payload = button.text('payload') ?? '';
    if (type === 'postback' && (payload === '' || payload.length > MAX_PAYLOAD)) {
      throw badField(`payload of a postback button has 1 to ${MAX_PAYLOAD} characters`);
    }
    if (type === 'web_url' && !URL.canParse(button.text('url') ?? '')) throw badField('url of a button must be a URL');
    if (type !== 'postback' && type !== 'web_url') throw badField('type of a button must be postback or web_url');
  }
}

function checkCount(what: string, count: number, least: number, most: number): void {
  if (count > most) throw new GraphError({ message: `(#105) The parameter ${what} has too many elements`, code: 105 });
  if (count < least) throw new GraphError({ message: `(#194) The parameter ${what} has too few elements`, code: 194 });
}

function recordsOf(fields: Fields, name: string): Fields[] {
  return (fields.list(name) ?? []).filter(isRecord).map((one) => new Fields(one));
}

const badField = (what: string) => invalidParameter(`Invalid template field: ${what}`, 2018032);
