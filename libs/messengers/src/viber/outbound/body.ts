import type { Attachment, MessageContent, OutgoingFile } from '#messenger-kit';
import { trackingOf } from '../tracking.js';
import { keyboardOf } from './keyboard.js';
import { MAX_FILE_NAME } from './limits.js';
import { wayOf } from './way.js';

/** Whom it goes to, and under which name. */
export interface Ends {
  readonly receiver: string;
  readonly senderName: string;
}

/** A file on its way, with what the message says about it. */
export interface Sending {
  readonly file: OutgoingFile;
  readonly attachment?: Attachment;
}

/** https://developers.viber.com/docs/api/rest-bot-api/#send-message. Version 1 is what every phone shows. */
export function bodyOf(content: MessageContent, { receiver, senderName }: Ends, sending?: Sending): object {
  return {
    receiver,
    min_api_version: 1,
    sender: { name: senderName },
    ...(sending ? mediaOf(sending) : { type: 'text' }),
    ...saidOf(content),
  };
}

/** Everything but the ends and the file. */
export function saidOf({ text, choices }: MessageContent): object {
  const said = text === undefined || text.trim() === '' ? {} : { text };
  return { ...said, ...trackingOf(choices), ...keyboardOf(choices) };
}

function mediaOf({ file, attachment }: Sending): object {
  const { link: media, size } = file;
  const duration = attachment?.duration;
  const way = wayOf({ ...file, ...(duration !== undefined && { duration }) }) ?? 'file';
  if (way === 'picture') return { type: way, media };
  if (way === 'file') return { type: way, media, size, file_name: fileNameOf(file) };
  return { type: way, media, size, ...(duration && { duration: Math.ceil(duration) }) };
}

/** Phones tell by its ending what a file is: one without gets that of its kind. */
function fileNameOf({ name, mimeType }: OutgoingFile): string {
  const kind = /^\w+\/([a-z0-9]{2,4})(;|$)/i.exec(mimeType)?.[1] ?? (/^text\/plain/i.test(mimeType) ? 'txt' : 'bin');
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0];
  const stem = ending === undefined ? name : name.slice(0, -ending.length);
  const last = ending ?? `.${kind}`;
  return stem.slice(0, MAX_FILE_NAME - last.length).toWellFormed() + last;
}
