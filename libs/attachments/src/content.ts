import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database } from '#database';
import { Callers, callerKey, type Caller } from '#identity';
import { AttachmentAccess } from './attachment-access.js';
import { AttachmentRepository, type AttachmentRow } from './attachment.repository.js';
import { byteRange } from './byte-range.js';
import { contentDisposition } from './file-name.js';
import { SignedLinks, type Link } from './signed-links.js';
import { isShownInline } from './sniff.js';
import { ContentGone, Storage, type ByteRange } from './storage/storage.js';
import { storageTrouble } from './storage/storage-trouble.js';

/** What a browser asks for, beside the address. */
export interface ContentRequest {
  readonly link: Link;
  /** Without the word `Bearer`. */
  readonly token?: string;
  readonly range?: string;
  readonly ifRange?: string;
  readonly ifNoneMatch?: string;
  /** Whether only the headers are wanted. */
  readonly head: boolean;
}

export interface ContentAnswer {
  readonly status: 200 | 206 | 304 | 416;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Readable;
}

/**
 * On whatever origin it is opened, content runs nothing, loads nothing, and is what we say it is. It may be embedded by
 * the agents' frontend, which lives elsewhere.
 */
const SAFE = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; img-src 'self'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
  'cache-control': 'private, max-age=600',
  'accept-ranges': 'bytes',
};

/** Gives content to those who may have it. */
@Injectable()
export class Content {
  constructor(
    private readonly database: Database,
    private readonly repository: AttachmentRepository,
    private readonly storage: Storage,
    private readonly links: SignedLinks,
    private readonly callers: Callers,
    private readonly access: AttachmentAccess,
  ) {}

  async answer(id: string, request: ContentRequest): Promise<ContentAnswer> {
    const row = await this.allowed(id, request);
    if (row.state !== 'stored') {
      throw Problem.conflict('not_stored', row.failure ?? 'The content has not arrived yet.', { state: row.state });
    }
    const headers = { ...SAFE, ...headersOf(row) };
    if (request.ifNoneMatch === headers.etag) return { status: 304, headers };
    const whole = request.ifRange !== undefined && request.ifRange !== headers.etag;
    const size = row.size ?? 0;
    const range = whole ? undefined : byteRange(request.range, size);
    if (range === 'unsatisfiable') return { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } };
    const body = request.head ? Readable.from([]) : await this.read(row, range);
    if (!range) return { status: 200, headers: { ...headers, 'content-length': String(size) }, body };
    const { from, to } = range;
    const part = { 'content-range': `bytes ${from}-${to}/${size}`, 'content-length': String(to - from + 1) };
    return { status: 206, headers: { ...headers, ...part }, body };
  }

  private async read({ storageKey }: AttachmentRow, range: ByteRange | undefined): Promise<Readable> {
    return this.storage.read(storageKey, range).catch((error: unknown) => {
      if (error instanceof ContentGone) throw Problem.conflict('not_stored', 'This file is not stored any more.');
      throw storageTrouble(error);
    });
  }

  /** By a link that holds, or as somebody who may read the chat. What one may not see is not there. */
  private async allowed(id: string, { link, token }: ContentRequest): Promise<AttachmentRow> {
    const byLink = link.expires !== undefined || link.signature !== undefined;
    if (byLink && !this.links.isValid(id, link)) {
      throw new Problem(403, 'link_invalid', 'This link does not hold any more. Load the message again for a new one.');
    }
    const caller = byLink || token === undefined ? undefined : await this.callers.of(token);
    if (!byLink && !caller) throw new Problem(401, 'unauthenticated', 'Sign in, or use a link from a message.');
    const [row] = await this.repository.byIds(this.database, [id]);
    if (!row || (caller && !(await this.maySee(caller, row)))) throw Problem.notFound('attachment');
    return row;
  }

  private maySee(caller: Caller, { chatId, uploadedBy }: AttachmentRow): Promise<boolean> {
    return chatId === null ? Promise.resolve(uploadedBy === callerKey(caller)) : this.access.mayRead(caller, chatId);
  }
}

function headersOf(row: AttachmentRow): Record<'content-type' | 'content-disposition' | 'etag', string> {
  const { id, mimeType, name, type } = row;
  const inline = isShownInline(row);
  return {
    'content-type': inline && mimeType !== null ? mimeType : 'application/octet-stream',
    'content-disposition': contentDisposition(inline ? 'inline' : 'attachment', name ?? type),
    etag: `"${id}"`,
  };
}
