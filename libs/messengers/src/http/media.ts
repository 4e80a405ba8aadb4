import { fetchMedia, refusedMedia } from '#messenger-kit';
import type {
  Attachment,
  AttachmentType,
  ChannelAccount,
  GuardedHttp,
  MediaLoader,
  MediaVerdict,
} from '#messenger-kit';

const GONE = refusedMedia('permanent', 'The file is not at the address it was said to be.');
const LATER = refusedMedia('retry', 'The file could not be fetched at the moment.');

/** Gets the content from the https address that `reference` is; by http too, where the channel's own address lies. */
export class HttpMedia implements MediaLoader {
  readonly types: readonly AttachmentType[] = ['image', 'video', 'audio', 'file', 'sticker'];

  constructor(private readonly http: GuardedHttp) {}

  async load(
    account: ChannelAccount,
    { reference }: Attachment & { readonly reference: string },
    options: { readonly maxBytes: number; readonly signal: AbortSignal },
  ): Promise<MediaVerdict> {
    const url = URL.canParse(reference) ? new URL(reference) : undefined;
    const isOwn = url?.origin === originOf(account.credentials['url']);
    if (!url || (url.protocol !== 'https:' && !isOwn)) return GONE;
    return fetchMedia(this.http, { url: url.href, ...options }, { gone: GONE, later: LATER });
  }
}

function originOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined;
}
