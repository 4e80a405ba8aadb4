import type { MediaVerdict } from './contract/media.js';
import type { DownloadAnswer, DownloadCall } from './http/download.js';
import type { GuardedHttp } from './http/guarded-http.js';
import { AnswerTooLarge, NotAskedError, OutcomeUnknownError } from './http/http-errors.js';
import { cleanName } from './text.js';

export type MediaRefusal = Extract<MediaVerdict, { kind: 'refused' }>;

export function refusedMedia(kind: MediaRefusal['class'], sentence: string): MediaRefusal {
  return { kind: 'refused', class: kind, sentence };
}

export const MEDIA_TOO_LARGE = refusedMedia('too_large', 'The file is larger than this server keeps.');

/** Addresses our own guard will never ask. */
const FORBIDDEN = new Set(['bad_url', 'blocked_address', 'too_many_redirects']);

/** The file, where this answer is one. Otherwise the answer holds no connection from here on. */
export function loadedFrom(answer: DownloadAnswer): Extract<MediaVerdict, { kind: 'loaded' }> | undefined {
  const { status, headers, body } = answer;
  if (status !== 200) {
    drop(answer);
    return undefined;
  }
  const mimeType = cleanName(headers['content-type']?.split(';')[0]);
  return { kind: 'loaded', body, ...(mimeType !== undefined && { mimeType }) };
}

/** For an answer nobody reads. */
export function drop({ body }: DownloadAnswer): void {
  body.on('error', () => undefined).destroy();
}

/** Why a download failed, in the messenger's words; `never`: there is nothing that could be asked. Throws what it does not know. */
export function mediaRefusalOf(
  error: unknown,
  { never, later }: { readonly never: MediaRefusal; readonly later: MediaRefusal },
): MediaRefusal {
  if (error instanceof AnswerTooLarge) return MEDIA_TOO_LARGE;
  if (error instanceof NotAskedError) return FORBIDDEN.has(error.code) ? never : later;
  if (error instanceof OutcomeUnknownError) return later;
  throw error;
}

/** A file that lies openly at an address. `gone`: it is not there, or the address is none to be asked. */
export async function fetchMedia(
  http: Pick<GuardedHttp, 'download'>,
  call: DownloadCall,
  { gone, later }: { readonly gone: MediaRefusal; readonly later: MediaRefusal },
): Promise<MediaVerdict> {
  try {
    const answer = await http.download(call);
    const { status } = answer;
    return loadedFrom(answer) ?? (status >= 500 || status === 429 || status === 408 ? later : gone);
  } catch (error) {
    return mediaRefusalOf(error, { never: gone, later });
  }
}
