import { AnswerTooLarge, NotAskedError, OutcomeUnknownError } from '#messenger-kit';
import type {
  Attachment,
  AttachmentType,
  ChannelAccount,
  GuardedHttp,
  MediaLoader,
  MediaVerdict,
} from '#messenger-kit';

const LATER: MediaVerdict = {
  kind: 'refused',
  class: 'retry',
  sentence: 'The file could not be fetched at the moment.',
};
const GONE: MediaVerdict = {
  kind: 'refused',
  class: 'permanent',
  sentence: 'The file is not at the address it was said to be.',
};
const TOO_LARGE: MediaVerdict = {
  kind: 'refused',
  class: 'too_large',
  sentence: 'The file is larger than this server keeps.',
};
/** Addresses our own guard will never ask. */
const FORBIDDEN = new Set(['bad_url', 'blocked_address', 'too_many_redirects']);

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
    try {
      const { status, headers, body } = await this.http.download({ url: url.href, ...options });
      const mimeType = headers['content-type'];
      if (status === 200) return { kind: 'loaded', body, ...(mimeType !== undefined && { mimeType }) };
      body.on('error', () => undefined).destroy();
      return status >= 500 || status === 429 || status === 408 ? LATER : GONE;
    } catch (error) {
      if (error instanceof AnswerTooLarge) return TOO_LARGE;
      if (error instanceof NotAskedError) return FORBIDDEN.has(error.code) ? GONE : LATER;
      if (error instanceof OutcomeUnknownError) return LATER;
      throw error;
    }
  }
}

function originOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined;
}
