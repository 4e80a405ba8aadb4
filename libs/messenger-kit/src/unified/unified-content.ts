import { cleanName } from '../text.js';
import { ATTACHMENT_TYPES, type Attachment, type Choice, type MessageContent } from '../unified-message.js';
import type { Location, OfferedChoice, SharedContact } from '../unified-message.js';
import { countOf, idOf, textOf } from '../untrusted.js';
import { Fields, Unreadable, wordOf } from './fields.js';

const MOST_ATTACHMENTS = 100;
const MOST_CHOICES = 100;
const LONGEST_ADDRESS = 2_000;
const FORMS = ['voice', 'animation', 'round'] as const;

/** What a message says. Something of it must be visible. */
export function contentOf(fields: Fields): MessageContent {
  const content = defined({
    text: fields.maybe('text', textOf),
    attachments: fields.list('attachments', MOST_ATTACHMENTS, (item, way) => Fields.of(item, way, attachmentOf)),
    replyTo: fields.maybe('replyTo', idOf),
    quote: fields.maybe('quote', textOf),
    choices: fields.list('choices', MOST_CHOICES, (item, way) => Fields.of(item, way, offerOf)),
    choice: fields.within('choice', choiceOf),
    referral: fields.within('referral', referralOf),
  });
  if (!content.text && !content.attachments && !content.choice) throw new Unreadable('content_missing', ['text']);
  return content;
}

export function referralOf(fields: Fields): { ref?: string; source?: string } {
  return defined({ ref: fields.maybe('ref', textOf), source: fields.maybe('source', textOf) });
}

function choiceOf(fields: Fields): Choice {
  return defined({ title: fields.needed('title', textOf), payload: fields.maybe('payload', textOf) });
}

function offerOf(fields: Fields): OfferedChoice {
  return defined({ ...choiceOf(fields), url: fields.maybe('url', pageOf) });
}

function attachmentOf(fields: Fields): Attachment {
  return defined({
    type: fields.needed('type', oneOf(ATTACHMENT_TYPES)),
    name: fields.maybe('name', lineOf),
    mimeType: fields.maybe('mimeType', lineOf),
    size: fields.maybe('size', countOf),
    reference: fields.maybe('reference', textOf),
    url: fields.maybe('url', pageOf),
    title: fields.maybe('title', textOf),
    location: fields.within('location', locationOf),
    contact: fields.within('contact', contactOf),
    poll: fields.within('poll', pollOf),
    duration: fields.maybe('duration', countOf),
    form: fields.maybe('form', oneOf(FORMS)),
  });
}

function locationOf(fields: Fields): Location {
  return defined({
    latitude: fields.needed('latitude', degreesUpTo(90)),
    longitude: fields.needed('longitude', degreesUpTo(180)),
    title: fields.maybe('title', textOf),
    address: fields.maybe('address', textOf),
  });
}

function contactOf(fields: Fields): SharedContact {
  const [name, phone, email] = ['name', 'phone', 'email'].map((part) => fields.maybe(part, lineOf));
  return defined({ name, phone, email });
}

function pollOf(fields: Fields): { question: string; options: readonly string[] } {
  const options = fields.list('options', MOST_CHOICES, (item, way) => {
    const option = textOf(item);
    if (option === undefined) throw new Unreadable(`${wordOf(way)}_invalid`, way);
    return option;
  });
  return { question: fields.needed('question', textOf), options: options ?? [] };
}

export function lineOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : cleanName(text);
}

export function oneOf<const Word extends string>(words: readonly Word[]): (value: unknown) => Word | undefined {
  return (value) => words.find((word) => word === value);
}

/** Without the members that are undefined. */
export function defined<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const present = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** A page to open: http or https, as it was written. */
function pageOf(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined || text.length > LONGEST_ADDRESS || !URL.canParse(text)) return undefined;
  return /^https?:$/.test(new URL(text).protocol) ? text : undefined;
}

function degreesUpTo(most: number): (value: unknown) => number | undefined {
  return (value) => (typeof value === 'number' && Math.abs(value) <= most ? value : undefined);
}
