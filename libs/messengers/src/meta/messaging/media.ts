import { AnswerTooLarge, cleanName, GuardedHttp, NotAskedError } from '#messenger-kit';
import type { Attachment, ChannelAccount, MediaLoader, MediaVerdict } from '#messenger-kit';
import type { Names } from '../names.js';
import { fileNameIn, webUrl } from './links.js';

/** Links to Meta's content network are signed and need no token; they expire within days. */
export class SignedMedia implements MediaLoader {
  readonly types = ['image', 'video', 'audio', 'file', 'sticker', 'share'] as const;
  private readonly gone: MediaVerdict;
  private readonly later: MediaVerdict;

  constructor(
    private readonly http: GuardedHttp,
    network: Names['network'],
  ) {
    const [gone, later] = [
      `${network} no longer has the file: its link has expired.`,
      `${network} could not deliver the file at the moment.`,
    ];
    this.gone = { kind: 'refused', class: 'permanent', sentence: gone };
    this.later = { kind: 'refused', class: 'retry', sentence: later };
  }

  async load(
    _account: ChannelAccount,
    { reference }: Attachment & { readonly reference: string },
    { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
  ): Promise<MediaVerdict> {
    const url = webUrl(reference);
    if (url === undefined) return this.gone;
    try {
      const { status, headers, body } = await this.http.download({ url, maxBytes, signal });
      if (status === 200) {
        const name = fileNameIn(url);
        const mimeType = cleanName(headers['content-type']?.split(';')[0]);
        return { kind: 'loaded', body, ...(name !== undefined && { name }), ...(mimeType && { mimeType }) };
      }
      body.on('error', () => undefined).destroy();
      return status >= 500 || status === 429 || status === 408 ? this.later : this.gone;
    } catch (error) {
      if (error instanceof AnswerTooLarge) return TOO_LARGE;
      return error instanceof NotAskedError && FORBIDDEN.has(error.code) ? this.gone : this.later;
    }
  }
}

/** Addresses our own guard will never ask. */
const FORBIDDEN = new Set(['bad_url', 'blocked_address', 'too_many_redirects']);

const TOO_LARGE: MediaVerdict = {
  kind: 'refused',
  class: 'too_large',
  sentence: 'The file is larger than this server keeps.',
};
