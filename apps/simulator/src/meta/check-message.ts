import { Fields, isRecord } from '../http/fields.js';
import { invalidParameter } from './graph-error.js';
import { checkTemplate } from './template.js';

const MAX_TEXT = 2_000;
const MAX_METADATA = 1_000;
const MAX_REPLIES = 13;
const MAX_TITLE = 20;
const MAX_PAYLOAD = 1_000;

/** Refuses what the Send API refuses in a message's content; whether its files are good is another question. */
export function checkMessage(message: Fields | undefined): asserts message is Fields {
  const text = message?.text('text');
  const attachment = message?.object('attachment');
  if (!message || (!text?.trim() && !attachment && !message.has('attachments'))) {
    throw invalidParameter('The message cannot be empty. Must provide valid attachment or text', 2018034);
  }
  if (text !== undefined && text.length > MAX_TEXT) throw tooLong('message[text]', MAX_TEXT);
  if ((message.text('metadata')?.length ?? 0) > MAX_METADATA) throw tooLong('message[metadata]', MAX_METADATA);
  if (text !== undefined && (attachment || message.has('attachments'))) {
    throw invalidParameter(
      `Cannot combine text and ${attachment?.text('type') === 'template' ? 'template' : 'attachment'}`,
    );
  }
  if (attachment?.text('type') === 'template') checkTemplate(attachment.object('payload') ?? new Fields({}));
  checkQuickReplies(message.list('quick_replies') ?? []);
}

function checkQuickReplies(replies: readonly unknown[]): void {
  if (replies.length > MAX_REPLIES) throw invalidParameter(`Param message[quick_replies] has too many elements`);
  for (const given of replies) {
    const reply = new Fields(isRecord(given) ? given : {});
    const type = reply.text('content_type');
    if (type === 'user_phone_number' || type === 'user_email') continue;
    if (type !== 'text') {
      throw invalidParameter(
        'Param message[quick_replies][content_type] must be one of {TEXT, USER_EMAIL, USER_PHONE_NUMBER}',
      );
    }
    const title = reply.text('title');
    const payload = reply.text('payload');
    if (!title || !payload) throw invalidParameter('A quick reply of type text needs title and payload');
    if (title.length > MAX_TITLE) throw tooLong('message[quick_replies][title]', MAX_TITLE);
    if (payload.length > MAX_PAYLOAD) throw tooLong('message[quick_replies][payload]', MAX_PAYLOAD);
  }
}

const tooLong = (what: string, limit: number) =>
  invalidParameter(`Length of param ${what} must be less than or equal to ${limit}`);
