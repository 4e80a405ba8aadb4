import { Fields, isRecord } from '../http/fields.js';
import { invalidParameter } from './graph-error.js';

const MAX_TEXT = 2_000;
const MAX_METADATA = 1_000;
const MAX_REPLIES = 13;
const MAX_TITLE = 20;

/** Refuses what the Send API refuses in a message's content. */
export function checkMessage(message: Fields | undefined, hasUpload: boolean): asserts message is Fields {
  const text = message?.text('text');
  const attachment = message?.object('attachment');
  if (!message || (!text?.trim() && !attachment && !message.list('attachments') && !hasUpload)) {
    throw invalidParameter('The message cannot be empty. Must provide valid attachment or text', 2018034);
  }
  if (text !== undefined && text.length > MAX_TEXT) throw tooLong('message[text]', MAX_TEXT);
  if ((message.text('metadata')?.length ?? 0) > MAX_METADATA) throw tooLong('message[metadata]', MAX_METADATA);
  if (text !== undefined && attachment?.text('type') === 'template') {
    throw invalidParameter('Cannot combine text and template');
  }
  checkQuickReplies(message.list('quick_replies') ?? []);
}

function checkQuickReplies(replies: readonly unknown[]): void {
  if (replies.length > MAX_REPLIES) throw invalidParameter(`Param message[quick_replies] has too many elements`);
  for (const reply of replies) {
    const title = isRecord(reply) ? new Fields(reply).text('title') : undefined;
    if ((title?.length ?? 0) > MAX_TITLE) throw tooLong('message[quick_replies][title]', MAX_TITLE);
  }
}

const tooLong = (what: string, limit: number) =>
  invalidParameter(`Length of param ${what} must be less than or equal to ${limit}`);
