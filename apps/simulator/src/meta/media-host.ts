import type { CallDescription } from '../faults/call-faults.js';
import type { Files, StoredFile } from '../files.js';
import { bytes, json, type Answer } from '../http/answer.js';
import type { Api } from '../http/api.js';
import type { Call } from '../http/call.js';

const PATH = /^\/media\/([A-Za-z0-9_-]+)\//;

/** Where a Page's event says the content lies: needs no token, works until `oe`. */
export function mediaUrl(base: string, file: StoredFile): string {
  const until = Math.floor(file.expiresAt / 1_000).toString(16);
  return `${base}/media/${file.id}/${encodeURIComponent(file.name)}?oe=${until}`;
}

/** The stand-in for Meta's media hosts, under `/media`. */
export class MediaHost implements Api {
  constructor(private readonly files: Files) {}

  describe(call: Call): CallDescription | undefined {
    const id = PATH.exec(call.path)?.[1];
    if (id === undefined) return undefined;
    return { messenger: 'facebook', method: 'media', verb: call.verb, account: this.files.get(id)?.account };
  }

  answer(call: Call): Promise<Answer> {
    return Promise.resolve(this.file(call));
  }

  refusal({ code, message = 'Refused, as scripted' }: { code: number; message?: string }): Answer {
    return plain(code >= 400 && code < 600 ? code : 400, message);
  }

  tooMany(seconds: number): Answer {
    return { ...json(429, { error: 'Too many requests' }, { 'retry-after': String(seconds) }), retryAfter: seconds };
  }

  private file(call: Call): Answer {
    const file = this.files.get(PATH.exec(call.path)?.[1] ?? '');
    if (!file) return plain(404, 'Not found');
    if (call.verb !== 'GET' && call.verb !== 'HEAD') return plain(405, 'Method not allowed');
    if (file.expiresAt <= Date.now() || call.query.get('oe') === null) return plain(403, 'URL signature expired');
    return bytes(file.type, file.bytes);
  }
}

function plain(status: number, text: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: text };
}
