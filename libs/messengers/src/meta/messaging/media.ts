import { fetchMedia, refusedMedia } from '#messenger-kit';
import type { Attachment, ChannelAccount, GuardedHttp, MediaLoader, MediaRefusal, MediaVerdict } from '#messenger-kit';
import type { Names } from '../names.js';
import { fileNameIn, webUrl } from './links.js';

/** Links to Meta's content network are signed and need no token; they expire within days. */
export class SignedMedia implements MediaLoader {
  readonly types = ['image', 'video', 'audio', 'file', 'sticker', 'share'] as const;
  private readonly said: { readonly gone: MediaRefusal; readonly later: MediaRefusal };

  constructor(
    private readonly http: GuardedHttp,
    network: Names['network'],
  ) {
    this.said = {
      gone: refusedMedia('permanent', `${network} no longer has the file: its link has expired.`),
      later: refusedMedia('retry', `${network} could not deliver the file at the moment.`),
    };
  }

  async load(
    _account: ChannelAccount,
    { reference }: Attachment & { readonly reference: string },
    { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
  ): Promise<MediaVerdict> {
    const url = webUrl(reference);
    if (url === undefined) return this.said.gone;
    const verdict = await fetchMedia(this.http, { url, maxBytes, signal }, this.said);
    const name = fileNameIn(url);
    return verdict.kind === 'loaded' && name !== undefined ? { ...verdict, name } : verdict;
  }
}
