import { Injectable } from '@nestjs/common';
import type { MultipartFile } from '@fastify/multipart';
import { Idempotency, Problem, type OnceAnswer } from '#api-kit';
import { Database, newId } from '#database';
import { callerKey, type Caller } from '#identity';
import { AttachmentRepository, type UploadRow } from './attachment.repository.js';
import { AttachmentsOptions } from './attachments-options.js';
import { bytesInWords } from './bytes-in-words.js';
import { claimedType, fileName } from './file-name.js';
import { attachmentTypeOf, sniffed } from './sniff.js';
import { FileTooLarge, Spool, type SpooledFile } from './spool.js';
import { newStorageKey, Storage } from './storage/storage.js';
import { storageTrouble } from './storage/storage-trouble.js';

/** An upload that no message uses is removed after this. */
const KEPT_HOURS = 24;

/** The parts of a multipart body, as they come. */
export type Parts = AsyncIterator<{ readonly type: 'file' | 'field' }>;

/** Files of ours on their way in. */
@Injectable()
export class Uploads {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly repository: AttachmentRepository,
    private readonly spool: Spool,
    private readonly storage: Storage,
    private readonly options: AttachmentsOptions,
  ) {}

  /** Takes the one file of the body; answers its id once its content is kept. */
  async take(caller: Caller, parts: Parts, key: string | undefined): Promise<OnceAnswer<{ id: string }>> {
    const part = await nextPart(parts);
    if (part?.type !== 'file') throw oneFile();
    const { file, filename, mimetype } = part as MultipartFile;
    try {
      return await this.spool.with(file, async (content) => {
        if (await nextPart(parts)) throw oneFile();
        if (content.size === 0)
          throw Problem.invalid('The file is empty.', [{ pointer: '#/file', detail: 'is empty' }]);
        return this.keep(caller, { filename, mimetype }, content, key);
      });
    } catch (error) {
      if (isCutOff(error)) throw unreadable();
      if (!(error instanceof FileTooLarge)) throw storageTrouble(error);
      throw new Problem(413, 'too_large', `The file is larger than ${bytesInWords(this.options.maxBytes)}.`);
    }
  }

  private async keep(
    caller: Caller,
    { filename, mimetype }: Pick<MultipartFile, 'filename' | 'mimetype'>,
    content: SpooledFile,
    key: string | undefined,
  ): Promise<OnceAnswer<{ id: string }>> {
    const proven = await sniffed(content.head);
    const upload: UploadRow = {
      id: newId(),
      uploadedBy: callerKey(caller),
      type: attachmentTypeOf(proven),
      name: fileName(filename) ?? null,
      mimeType: proven ?? claimedType(mimetype) ?? null,
      sniffed: proven !== undefined,
      size: content.size,
      storageKey: newStorageKey(),
    };
    const answer = await this.addOnce(upload, content.sha256, key);
    await this.store(answer.body.id, content);
    return answer;
  }

  private addOnce(upload: UploadRow, sha256: string, key: string | undefined): Promise<OnceAnswer<{ id: string }>> {
    const { id, uploadedBy: caller, name, mimeType } = upload;
    return this.database.transaction((tx) =>
      this.idempotency.once(
        tx,
        { caller, route: 'POST /v1/attachments', key, request: { name, mimeType, sha256 } },
        async () => {
          await this.repository.addUpload(tx, upload, KEPT_HOURS);
          return { status: 201, body: { id } };
        },
      ),
    );
  }

  /** Also completes what an earlier request with the same key began. */
  private async store(id: string, content: SpooledFile): Promise<void> {
    const [row] = await this.repository.byIds(this.database, [id]);
    if (row?.state !== 'pending') return;
    await this.storage.put(row.storageKey, content);
    await this.repository.uploadStored(this.database, id);
  }
}

/** Undefined at the end. More than one file, or a field, is more than is taken; all else is a body that cannot be read. */
async function nextPart(parts: Parts): Promise<{ readonly type: string } | undefined> {
  try {
    const next = await parts.next();
    return next.done === true ? undefined : next.value;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code === 'string' && /^FST_(PARTS|FILES|FIELDS)_LIMIT$/.test(code)) throw oneFile();
    throw unreadable();
  }
}

/** In the middle of the file, by the words of the parser: it has no code for it. */
function isCutOff(error: unknown): boolean {
  return error instanceof Error && /unexpected end of multipart data$/i.test(error.message);
}

function unreadable(): Problem {
  const sentence = 'This is no whole multipart/form-data body: its boundary, a part or its end is missing.';
  return new Problem(400, 'malformed_request', sentence);
}

function oneFile(): Problem {
  return Problem.invalid('Send multipart/form-data with one file and nothing else.', [
    { pointer: '#/file', detail: 'must be one file' },
  ]);
}
