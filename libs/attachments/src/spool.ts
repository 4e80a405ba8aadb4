import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { AttachmentsOptions } from './attachments-options.js';
import type { ContentFile } from './storage/storage.js';

/** More came than is taken. */
export class FileTooLarge extends Error {
  constructor(readonly maxBytes: number) {
    super(`A file is larger than ${maxBytes} bytes`);
  }
}

export interface SpooledFile extends ContentFile {
  /** How the content begins: enough to tell what it is. */
  readonly head: Buffer;
}

const HEAD_BYTES = 64 * 1024;
/** Longer than any file takes to come in: what is older was left by a crash. */
const LEFT_BEHIND_MS = 2 * 60 * 60_000;

/** Where content lands while it comes in: on disk, so that its size costs no memory. */
@Injectable()
export class Spool {
  private readonly directory: string;

  constructor(private readonly options: AttachmentsOptions) {
    this.directory = join(options.directory, 'incoming');
  }

  /**
   * Writes the source to a file, hands it to `work` and removes what is left of it, however that ends. Rejects with
   * `FileTooLarge` as soon as too much has come, and once `signal` is aborted while it comes in; the source is then destroyed.
   */
  async with<T>(source: Readable, work: (file: SpooledFile) => Promise<T>, signal?: AbortSignal): Promise<T> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const path = join(this.directory, randomUUID());
    // Opened before the source is read: a stream that opens it by itself may do so after it was given up and removed.
    const file = await open(path, 'wx', 0o600);
    try {
      const meter = new Meter(this.options.maxBytes);
      const target = file.createWriteStream({ flush: true });
      await pipeline(source, (chunks: AsyncIterable<Buffer>) => meter.measured(chunks), target, { signal });
      return await work({ path, ...meter.result() });
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Removes what a crash left. Several nodes may share the directory: what is young may be in use. */
  async sweep(now = Date.now()): Promise<void> {
    const names = await readdir(this.directory).catch(() => []);
    for (const name of names) {
      const path = join(this.directory, name);
      const found = await stat(path).catch(() => undefined);
      if (found && found.mtimeMs < now - LEFT_BEHIND_MS) await rm(path, { force: true });
    }
  }
}

class Meter {
  private readonly hash = createHash('sha256');
  private readonly head: Buffer[] = [];
  private size = 0;

  constructor(private readonly maxBytes: number) {}

  async *measured(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      if (this.size < HEAD_BYTES) this.head.push(chunk.subarray(0, HEAD_BYTES - this.size));
      this.size += chunk.length;
      if (this.size > this.maxBytes) throw new FileTooLarge(this.maxBytes);
      this.hash.update(chunk);
      yield chunk;
    }
  }

  result(): { size: number; sha256: string; head: Buffer } {
    return { size: this.size, sha256: this.hash.digest('hex'), head: Buffer.concat(this.head) };
  }
}
