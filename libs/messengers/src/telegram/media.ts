import { AnswerTooLarge, at, NotAskedError, OutcomeUnknownError, textOf } from '#messenger-kit';
import type { Attachment, AttachmentType, ChannelAccount, MediaLoader, MediaVerdict } from '#messenger-kit';
import type { BotAnswer, BotApi } from './bot-api.js';

/** https://core.telegram.org/bots/api#getfile */
const MAX_BYTES_AT_TELEGRAM = 20 * 1024 * 1024;

type Wanted = Attachment & { readonly reference: string };
interface Options {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** The address of a file holds the token and ends after an hour, so it is asked for anew each time and never leaves here. */
export class TelegramMedia implements MediaLoader {
  readonly types: readonly AttachmentType[] = ['image', 'video', 'audio', 'file', 'sticker'];

  constructor(private readonly api: BotApi) {}

  async load(account: ChannelAccount, attachment: Wanted, options: Options): Promise<MediaVerdict> {
    const { size = 0, reference } = attachment;
    if (size > options.maxBytes) return tooLarge(`The file is larger than this server keeps (${inMegabytes(size)}).`);
    if (this.api.isTelegrams && size > MAX_BYTES_AT_TELEGRAM) return over20;
    try {
      const token = account.credentials['botToken'] ?? '';
      const { signal } = options;
      const answer = await this.api.call({ token, method: 'getFile', parameters: { file_id: reference }, signal });
      if (answer.kind !== 'ok') return refusalOf(answer);
      const path = textOf(at(answer.result, 'file_path'));
      return path === undefined ? later() : await this.fetch(token, path, options);
    } catch (error) {
      return refusalOfFailure(error);
    }
  }

  private async fetch(token: string, path: string, options: Options): Promise<MediaVerdict> {
    const { status, body } = await this.api.file({ token, path, ...options });
    if (status === 200) return { kind: 'loaded', body, ...nameIn(path) };
    body.on('error', () => undefined).destroy();
    return later();
  }
}

/** `photos/file_7.jpg`: the ending says more than nothing where the message named no file. */
function nameIn(path: string): { name?: string } {
  const name = path.split('/').at(-1);
  return name ? { name } : {};
}

function refusalOf(answer: Exclude<BotAnswer, { kind: 'ok' }>): MediaVerdict {
  if (answer.kind !== 'error' || answer.code !== 400) return later();
  if (/file is too big/i.test(answer.description)) return over20;
  // "wrong file_id or the file is temporarily unavailable" is one answer for both.
  if (/temporarily unavailable/i.test(answer.description)) return later();
  return permanent('Telegram no longer has this file.');
}

function refusalOfFailure(error: unknown): MediaVerdict {
  if (error instanceof AnswerTooLarge) return tooLarge('The file is larger than this server keeps.');
  // A self-hosted Bot API server in local mode tells paths on its own disk.
  if (error instanceof RangeError)
    return permanent('The Bot API server keeps its files where Parley cannot fetch them.');
  if (error instanceof NotAskedError || error instanceof OutcomeUnknownError) return later();
  throw error;
}

const over20 = tooLarge('The file is larger than the 20 MB Telegram gives to bots; it can be seen in Telegram only.');

function later(): MediaVerdict {
  return { kind: 'refused', class: 'retry', sentence: 'Telegram did not give the file at the moment.' };
}

function tooLarge(sentence: string): MediaVerdict {
  return { kind: 'refused', class: 'too_large', sentence };
}

function permanent(sentence: string): MediaVerdict {
  return { kind: 'refused', class: 'permanent', sentence };
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MB`;
}
