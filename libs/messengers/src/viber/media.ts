import { AnswerTooLarge, cleanName, NotAskedError, OutcomeUnknownError } from '#messenger-kit';
import type { Attachment, ChannelAccount, GuardedHttp, MediaLoader, MediaVerdict } from '#messenger-kit';
import { webUrl } from './web-url.js';

const GONE: MediaVerdict = {
  kind: 'refused',
  class: 'permanent',
  sentence: 'Viber no longer has the file: its link has expired.',
};
const LATER: MediaVerdict = {
  kind: 'refused',
  class: 'retry',
  sentence: 'Viber could not deliver the file at the moment.',
};
const TOO_LARGE: MediaVerdict = {
  kind: 'refused',
  class: 'too_large',
  sentence: 'The file is larger than this server keeps.',
};
/** Addresses our own guard will never ask. */
const FORBIDDEN = new Set(['bad_url', 'blocked_address', 'too_many_redirects']);

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
    if (size > options.maxBytes) return TOO_LARGE;
    try {
      const { status, headers, body } = await this.http.download({ url, ...options });
      const mimeType = cleanName(headers['content-type']?.split(';')[0]);
      if (status === 200) return { kind: 'loaded', body, ...(mimeType && { mimeType }) };
      body.on('error', () => undefined).destroy();
      return status >= 500 || status === 429 || status === 408 ? LATER : GONE;
    } catch (error) {
      if (error instanceof AnswerTooLarge) return TOO_LARGE;
      if (error instanceof NotAskedError) return FORBIDDEN.has(error.code) ? GONE : LATER;
      if (error instanceof OutcomeUnknownError) return LATER;
      throw error;
    }
  }

  /** By http only from where the API itself was configured to lie. */
  private isTrusted(url: string): boolean {
    const { protocol, origin } = new URL(url);
    return protocol === 'https:' || origin === new URL(this.apiUrl).origin;
  }
}
