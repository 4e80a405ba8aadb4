import type { CallDescription } from '../faults/call-faults.js';
import type { Files, StoredFile } from '../files.js';
import { bytes, json, type Answer } from '../http/answer.js';
import type { Api } from '../http/api.js';
import type { Call } from '../http/call.js';

const PATH = /^\/viber-media\/([A-Za-z0-9_-]+)\//;

/** Where an event says the content lies: needs no token, works for a while. */
export function viberMediaUrl(base: string, { id, name, expiresAt }: StoredFile): string {
  return `${base}/viber-media/${id}/${encodeURIComponent(name)}?Expires=${Math.floor(expiresAt / 1_000)}&Signature=a%2Bb`;
}

/** The stand-in for Viber's media hosts, under `/viber-media`. */
export class ViberMediaHost implements Api {
  constructor(private readonly files: Files) {}

  describe(call: Call): CallDescription | undefined {
    const id = PATH.exec(call.path)?.[1];
    if (id === undefined) return undefined;
    return { messenger: 'viber', method: 'media', verb: call.verb, account: this.files.get(id)?.account };
  }

  answer(call: Call): Promise<Answer> {
    return Promise.resolve(this.file(call));
  }

  refusal({ code, message = 'Refused, as scripted' }: { code: number; message?: string }): Answer {
    return json(code >= 400 && code < 600 ? code : 400, { error: message });
  }

  tooMany(seconds: number): Answer {
    return { ...json(429, { error: 'Too many requests' }, { 'retry-after': String(seconds) }), retryAfter: seconds };
  }

  private file(call: Call): Answer {
    const id = PATH.exec(call.path)?.[1] ?? '';
    const file = this.files.get(id);
    if (!file) return json(404, { error: 'Not found' });
    const isSigned = call.query.get('Signature') === 'a+b';
    if (!isSigned || file.expiresAt <= Date.now()) return json(403, { error: 'Expired' });
    return bytes(file.type, file.bytes);
  }
}
