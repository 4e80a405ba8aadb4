import type { Files, FileKind, StoredFile } from '../files.js';
import { bytes, json, type Answer } from '../http/answer.js';
import type { Call } from '../http/call.js';
import { randomText } from '../ids.js';
import { GraphError, invalidParameter, noSuchObject } from '../meta/graph-error.js';
import type { BusinessNumber } from './business-number.js';

const PATH = /^\/whatsapp_business\/attachments\/([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
const ADDRESS_LIFE_MS = 5 * 60_000;
const MAX_BYTES = 100 * 1024 * 1024;
const KINDS: Readonly<Record<string, FileKind>> = { image: 'image', video: 'video', audio: 'audio' };

/** Files: uploaded for sending, told by id, and given for five minutes at an address that needs the token. */
export class MediaEdge {
  private readonly addresses = new Map<string, number>();

  constructor(
    private readonly files: Files,
    private readonly ownUrl: () => string,
  ) {}

  fileAt(path: string): StoredFile | undefined {
    return this.files.get(PATH.exec(path)?.[1] ?? '');
  }

  upload(number: BusinessNumber, { files, fields }: Call): { id: string } {
    const file = files.find(({ field }) => field === 'file');
    if (fields.text('messaging_product') !== 'whatsapp')
      throw invalidParameter('The parameter messaging_product is required.');
    if (!file) throw invalidParameter('The parameter file is required.');
    const type = fields.text('type') ?? file.type;
    if (file.bytes.length === 0 || file.bytes.length > MAX_BYTES) {
      throw new GraphError({ message: '(#131053) Media upload error', code: 131053 });
    }
    const kind = KINDS[type.split('/')[0] ?? ''] ?? 'file';
    const stored = this.files.add(number.id, { ...file, type, kind });
    number.uploads.set(stored.id, stored);
    return { id: stored.id };
  }

  node(id: string): object {
    const file = this.files.get(id);
    if (!file || file.expiresAt <= Date.now()) throw noSuchObject(id);
    const key = randomText(20);
    this.addresses.set(key, Date.now() + ADDRESS_LIFE_MS);
    const url = `${this.ownUrl()}/whatsapp_business/attachments/${id}.${key}`;
    return { messaging_product: 'whatsapp', url, mime_type: file.type, file_size: file.bytes.length, id };
  }

  content(call: Call): Answer {
    const [, id = '', key = ''] = PATH.exec(call.path) ?? [];
    const file = this.files.get(id);
    if (!file || (this.addresses.get(key) ?? 0) <= Date.now()) return json(404, { error: 'Not found' });
    if (!call.headers['user-agent']) return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' };
    return bytes(file.type, file.bytes);
  }
}
