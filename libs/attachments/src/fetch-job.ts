import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { isId } from '#database';
import { Jobs } from '#jobs';
import { AnswerTooLarge, Deadline, type MediaVerdict } from '#messenger-kit';
import type { AttachmentRow, Ending } from './attachment.repository.js';
import { AttachmentsOptions } from './attachments-options.js';
import { Fetches } from './fetches.js';
import { claimedType, fileName } from './file-name.js';
import { MediaSource } from './media-source.js';
import { bytesInWords } from './bytes-in-words.js';
import { sniffed } from './sniff.js';
import { FileTooLarge, Spool, type SpooledFile } from './spool.js';
import { Storage } from './storage/storage.js';

export const FETCH_JOB = 'attachments.fetch';
export const NOT_FETCHED = 'This file could not be fetched from the messenger.';

type Refusal = Extract<MediaVerdict, { kind: 'refused' }>;
type Loaded = Extract<MediaVerdict, { kind: 'loaded' }>;

/** Not yet: the job is tried again. Tells nothing of the link that was asked. */
class NotFetchedYet extends Error {
  constructor(id: string) {
    super(`Attachment ${id} is not fetched yet`);
  }
}

/** Brings the content of what contacts sent from the messenger to our storage. Repeating it is harmless. */
@Injectable()
export class FetchJob implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(FetchJob.name);
  private readonly stopping = new AbortController();

  constructor(
    private readonly jobs: Jobs,
    private readonly fetches: Fetches,
    private readonly media: MediaSource,
    private readonly spool: Spool,
    private readonly storage: Storage,
    private readonly options: AttachmentsOptions,
  ) {}

  onModuleInit(): void {
    this.jobs.define(FETCH_JOB, (payload) => this.run(payload), 'slow');
  }

  /** Downloads end at once when the server stops; another node, or the next start, begins them anew. */
  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /** Rejects while it is worth another try. */
  async run(payload: unknown): Promise<void> {
    const row = await this.fetches.begin(idOf(payload));
    if (!row) return;
    const ending = await this.fetch(row).catch((error: unknown) => this.afterError(row, error));
    const ended = await this.fetches.end(row.id, ending);
    if (!ended && (await this.fetches.isUnwanted(row.id))) await this.storage.remove(row.storageKey);
  }

  private async fetch(row: AttachmentRow): Promise<Ending> {
    if ((row.size ?? 0) > this.options.maxBytes) return this.tooLarge();
    const deadline = new Deadline(this.options.fetchMs, this.stopping.signal);
    try {
      const verdict = await this.media.load(row, deadline.signal);
      return verdict.kind === 'loaded' ? await this.keep(row, verdict, deadline.signal) : this.refused(row, verdict);
    } finally {
      deadline.end();
    }
  }

  private keep(row: AttachmentRow, { body, name, mimeType }: Loaded, signal: AbortSignal): Promise<Ending> {
    const store = async (file: SpooledFile): Promise<Ending> => {
      const proven = await sniffed(file.head);
      await this.storage.put(row.storageKey, file);
      return {
        state: 'stored',
        name: row.name ?? fileName(name) ?? null,
        mimeType: proven ?? claimedType(mimeType) ?? null,
        sniffed: proven !== undefined,
        size: file.size,
      };
    };
    return this.spool.with(body, store, signal);
  }

  private refused(row: AttachmentRow, { class: kind, sentence }: Refusal): Ending {
    if (kind === 'too_large') return { state: 'too_large', failure: sentence };
    if (kind === 'permanent') return { state: 'failed', failure: sentence };
    return this.again(row, sentence);
  }

  private afterError(row: AttachmentRow, error: unknown): Ending {
    if (error instanceof FileTooLarge || error instanceof AnswerTooLarge) return this.tooLarge();
    if (error instanceof NotFetchedYet) throw error;
    this.logger.warn(`attachment ${row.id} was not fetched (try ${row.attempts}): ${nameOf(error)}`);
    return this.again(row, NOT_FETCHED);
  }

  /** The job's own backoff brings it back; the last try is final. */
  private again(row: AttachmentRow, failure: string): Ending {
    if (row.attempts < this.options.maxAttempts || this.stopping.signal.aborted) throw new NotFetchedYet(row.id);
    return { state: 'failed', failure };
  }

  private tooLarge(): Ending {
    const most = bytesInWords(this.options.maxBytes);
    return { state: 'too_large', failure: `This file is larger than ${most} and was not fetched.` };
  }
}

/** A word for the log. Messages stay out: what a messenger's worker throws may repeat a link, and a link may be a secret. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an odd error';
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  return error.name + code;
}

function idOf(payload: unknown): string {
  if (typeof payload === 'object' && payload !== null && 'id' in payload && isId(payload.id)) return payload.id;
  throw new Error(`A job of ${FETCH_JOB} names no attachment`);
}
