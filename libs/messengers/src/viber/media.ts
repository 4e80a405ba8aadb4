import { fetchMedia, MEDIA_TOO_LARGE, refusedMedia } from '#messenger-kit';
import type { Attachment, ChannelAccount, GuardedHttp, MediaLoader, MediaVerdict } from '#messenger-kit';
import { webUrl } from './web-url.js';

const GONE = refusedMedia('permanent', 'Viber no longer has the file: its link has expired.');
const LATER = refusedMedia('retry', 'Viber could not deliver the file at the moment.');

interface Options {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Links are signed and need no token; some work for an hour only. */
export class ViberMedia implements MediaLoader {
  readonly types = ['image', 'video', 'file', 'sticker'] as const;

  constructor(
    private readonly http: GuardedHttp,
    private readonly apiUrl: string,
  ) {}

  async load(
    _account: ChannelAccount,
    { reference, size = 0 }: Attachment & { readonly reference: string },
    options: Options,
  ): Promise<MediaVerdict> {
    const url = webUrl(reference);
    if (url === undefined || !this.isTrusted(url)) return GONE;
    if (size > options.maxBytes) return MEDIA_TOO_LARGE;
    return fetchMedia(this.http, { url, ...options }, { gone: GONE, later: LATER });
  }

  /** By http only from where the API itself was configured to lie. */
  private isTrusted(url: string): boolean {
    const { protocol, origin } = new URL(url);
    return protocol === 'https:' || origin === new URL(this.apiUrl).origin;
  }
}
