import { AnswerTooLarge, cleanName, GuardedHttp, NotAskedError } from '#messenger-kit';
import type { Attachment, ChannelAccount, MediaLoader, MediaVerdict } from '#messenger-kit';
import { fileNameIn, webUrl } from './links.js';

const GONE: MediaVerdict = {
  kind: 'refused',
  class: 'permanent',
  sentence: 'Facebook no longer has the file: its link has expired.',
};
const LATER: MediaVerdict = {
  kind: 'refused',
  class: 'retry',
  sentence: 'Facebook could not deliver the file at the moment.',
};
const TOO_LARGE: MediaVerdict = {
  kind: 'refused',
  class: 'too_large',
  sentence: 'The file is larger than this server keeps.',
};

/** Links to Meta's content network are signed and need no token; they expire within days. */
export class FacebookMedia implements MediaLoader {
  readonly types = ['image', 'video', 'audio', 'file', 'sticker', 'share'] as const;

  constructor(private readonly http: GuardedHttp) {}

  async load(
    _account: ChannelAccount,
    { reference }: Attachment & { readonly reference: string },
    { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
  ): Promise<MediaVerdict> {
    const url = webUrl(reference);
    if (url === undefined) return GONE;
    try {
      const { status, headers, body } = await this.http.download({ url, maxBytes, signal });
      if (status === 200) {
        const name = fileNameIn(url);
        const mimeType = cleanName(headers['content-type']?.split(';')[0]);
        return { kind: 'loaded', body, ...(name !== undefined && { name }), ...(mimeType && { mimeType }) };
      }
      body.on('error', () => undefined).destroy();
      return status >= 500 || status === 429 || status === 408 ? LATER : GONE;
    } catch (error) {
      if (error instanceof AnswerTooLarge) return TOO_LARGE;
      return error instanceof NotAskedError && FORBIDDEN.has(error.code) ? GONE : LATER;
    }
  }
}

/** Addresses our own guard will never ask. */
const FORBIDDEN = new Set(['bad_url', 'blocked_address', 'too_many_redirects']);
