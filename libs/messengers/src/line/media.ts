import { AnswerTooLarge, cleanName, NotAskedError, OutcomeUnknownError } from '#messenger-kit';
import type {
  Attachment,
  AttachmentType,
  ChannelAccount,
  DownloadAnswer,
  MediaLoader,
  MediaVerdict,
} from '#messenger-kit';
import type { LineApi } from './line-api.js';

type Refusal = Extract<MediaVerdict, { kind: 'refused' }>;
type Wanted = Attachment & { readonly reference: string };
interface Options {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

const GONE = refused('permanent', 'LINE no longer has the file.');
const FAILED = refused('permanent', 'LINE could not make the file ready.');
const STRANGE = refused('permanent', 'LINE names a place for the file that cannot be asked.');
const LATER = refused('retry', 'LINE did not give the file at the moment.');
const NOT_READY = refused('retry', 'LINE is still making the file ready.');
const TOO_LARGE = refused('too_large', 'The file is larger than this server keeps.');

/** Addresses our own guard will never ask. */
const FORBIDDEN = new Set(['bad_url', 'blocked_address', 'too_many_redirects']);

/**
 * By the id of the message: https://developers.line.biz/en/reference/messaging-api/#get-content. Stickers, an account's picture
 * and what another app sent lie openly elsewhere.
 */
export class LineMedia implements MediaLoader {
  readonly types: readonly AttachmentType[] = ['image', 'video', 'audio', 'file', 'sticker'];

  constructor(private readonly api: LineApi) {}

  async load(account: ChannelAccount, { reference, size = 0 }: Wanted, options: Options): Promise<MediaVerdict> {
    if (size > options.maxBytes) return TOO_LARGE;
    try {
      const token = account.credentials['channelAccessToken'] ?? '';
      const url = this.addressOf(reference);
      if (url !== undefined) return read(await this.api.open(url, options));
      const { maxBytes, signal } = options;
      const answer = await this.api.content({ token, messageId: reference, maxBytes, signal });
      if (answer.status !== 202) return read(answer);
      drop(answer);
      return (await this.api.transcoding({ token, messageId: reference, signal })) === 'failed' ? FAILED : NOT_READY;
    } catch (error) {
      if (error instanceof AnswerTooLarge) return TOO_LARGE;
      if (error instanceof NotAskedError) return FORBIDDEN.has(error.code) ? STRANGE : LATER;
      if (error instanceof OutcomeUnknownError) return LATER;
      throw error;
    }
  }

  /** Undefined where LINE keeps it for the account. */
  private addressOf(reference: string): string | undefined {
    const sticker = /^sticker:(\d+)$/.exec(reference)?.[1];
    if (sticker !== undefined) return this.api.stickerUrl(sticker);
    return /^https?:\/\//i.test(reference) ? reference : undefined;
  }
}

function read(answer: DownloadAnswer): MediaVerdict {
  const { status, headers, body } = answer;
  if (status === 200) {
    const mimeType = cleanName(headers['content-type']?.split(';')[0]);
    return { kind: 'loaded', body, ...(mimeType !== undefined && { mimeType }) };
  }
  drop(answer);
  return status === 400 || status === 404 || status === 410 ? GONE : LATER;
}

function drop({ body }: DownloadAnswer): void {
  body.on('error', () => undefined).destroy();
}

function refused(kind: Refusal['class'], sentence: string): Refusal {
  return { kind: 'refused', class: kind, sentence };
}
