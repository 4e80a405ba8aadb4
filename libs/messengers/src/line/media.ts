import { drop, loadedFrom, MEDIA_TOO_LARGE, mediaRefusalOf, refusedMedia } from '#messenger-kit';
import type {
  Attachment,
  AttachmentType,
  ChannelAccount,
  DownloadAnswer,
  MediaLoader,
  MediaVerdict,
} from '#messenger-kit';
import type { LineApi } from './line-api.js';

type Wanted = Attachment & { readonly reference: string };
interface Options {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

const GONE = refusedMedia('permanent', 'LINE no longer has the file.');
const FAILED = refusedMedia('permanent', 'LINE could not make the file ready.');
const STRANGE = refusedMedia('permanent', 'LINE names a place for the file that cannot be asked.');
const LATER = refusedMedia('retry', 'LINE did not give the file at the moment.');
const NOT_READY = refusedMedia('retry', 'LINE is still making the file ready.');

/**
 * By the id of the message: https://developers.line.biz/en/reference/messaging-api/#get-content. Stickers, an account's picture
 * and what another app sent lie openly elsewhere.
 */
export class LineMedia implements MediaLoader {
  readonly types: readonly AttachmentType[] = ['image', 'video', 'audio', 'file', 'sticker'];

  constructor(private readonly api: LineApi) {}

  async load(account: ChannelAccount, { reference, size = 0 }: Wanted, options: Options): Promise<MediaVerdict> {
    if (size > options.maxBytes) return MEDIA_TOO_LARGE;
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
      return mediaRefusalOf(error, { never: STRANGE, later: LATER });
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
  const { status } = answer;
  return loadedFrom(answer) ?? (status === 400 || status === 404 || status === 410 ? GONE : LATER);
}
