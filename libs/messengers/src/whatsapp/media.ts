import { at, countOf, loadedFrom, MEDIA_TOO_LARGE, mediaRefusalOf, refusedMedia, textOf } from '#messenger-kit';
import type { Attachment, ChannelAccount, GuardedHttp, MediaLoader, MediaRefusal, MediaVerdict } from '#messenger-kit';
import type { GraphApi } from '../meta/graph-api.js';

interface Options {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

const GONE = refusedMedia('permanent', 'WhatsApp no longer has the file.');
const LATER = refusedMedia('retry', 'WhatsApp could not deliver the file at the moment.');
const STRANGE = refusedMedia('permanent', 'WhatsApp names a place for the file that is not its own.');

/** Where the token may go. */
const HOSTS = /(^|\.)(fbsbx\.com|facebook\.com|whatsapp\.net)$/;
/** Not there under an id, or not for this number. */
const UNKNOWN_CODES = new Set([33, 100, 131009, 131052]);

/**
 * In two steps, both with the token: a file's address by its id, valid for five minutes, then the file.
 * https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media
 */
export class WhatsAppMedia implements MediaLoader {
  readonly types = ['image', 'video', 'audio', 'file', 'sticker'] as const;
  private readonly graphOrigin: string;

  constructor(
    private readonly api: GraphApi,
    private readonly http: GuardedHttp,
    graphUrl: string,
  ) {
    this.graphOrigin = new URL(graphUrl).origin;
  }

  async load(
    account: ChannelAccount,
    { reference }: Attachment & { readonly reference: string },
    options: Options,
  ): Promise<MediaVerdict> {
    try {
      const first = await this.attempt(account, reference, options);
      // The address ended while nobody looked: asked for once more.
      return first === 'expired' ? later(await this.attempt(account, reference, options)) : first;
    } catch (error) {
      return mediaRefusalOf(error, { never: STRANGE, later: LATER });
    }
  }

  private async attempt(
    account: ChannelAccount,
    reference: string,
    options: Options,
  ): Promise<MediaVerdict | 'expired'> {
    const url = isAddress(reference) ? reference : await this.addressOf(account, reference, options);
    if (typeof url !== 'string') return url;
    if (!this.isTrusted(url)) return STRANGE;
    const token = account.credentials['accessToken'] ?? '';
    // An empty User-Agent gets a page for people.
    const headers = { authorization: `Bearer ${token}`, 'user-agent': 'Parley' };
    const answer = await this.http.download({ url, headers, ...options });
    const { status } = answer;
    const loaded = loadedFrom(answer);
    if (loaded) return loaded;
    if (status === 404 || status === 410) return isAddress(reference) ? GONE : 'expired';
    return LATER;
  }

  private async addressOf(
    account: ChannelAccount,
    id: string,
    { maxBytes, signal }: Options,
  ): Promise<string | MediaRefusal> {
    if (!/^[\w-]+$/.test(id)) return GONE;
    const token = account.credentials['accessToken'] ?? '';
    const query = { phone_number_id: account.source };
    const answer = await this.api.call({ method: 'GET', path: id, token, query, signal });
    if (answer.kind === 'error') return UNKNOWN_CODES.has(answer.error.code) ? GONE : LATER;
    if (answer.kind === 'unreadable') return answer.status === 404 ? GONE : LATER;
    if ((countOf(at(answer.body, 'file_size')) ?? 0) > maxBytes) return MEDIA_TOO_LARGE;
    return textOf(at(answer.body, 'url')) ?? LATER;
  }

  /** Meta's hosts over https, or whatever was configured in their place. */
  private isTrusted(text: string): boolean {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname, origin } = new URL(text);
    return origin === this.graphOrigin || (protocol === 'https:' && HOSTS.test(hostname));
  }
}

function isAddress(reference: string): boolean {
  return /^https?:\/\//i.test(reference);
}

function later(verdict: MediaVerdict | 'expired'): MediaVerdict {
  return verdict === 'expired' ? LATER : verdict;
}
