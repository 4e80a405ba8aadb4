import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '#database';
import { AttachmentRepository } from './attachment.repository.js';
import { ContentGone, ContentUnreadable, Storage } from './storage/storage.js';

const LAST = 5;

/** Looks at a start whether files are where the database says: a backup that holds only the one of both is easily made. */
@Injectable()
export class FilesThere implements OnApplicationBootstrap {
  private readonly logger = new Logger('Attachments');

  constructor(
    private readonly database: Database,
    private readonly repository: AttachmentRepository,
    private readonly storage: Storage,
  ) {}

  /** Nobody waits for it. */
  onApplicationBootstrap(): void {
    if (this.database.dataSource.isInitialized) void this.look().catch(() => undefined);
  }

  /** Warns when none of the last files can be read. */
  async look(): Promise<void> {
    const keys = await this.repository.lastStored(this.database, LAST);
    let why: unknown;
    for (const { storageKey } of keys) {
      try {
        (await this.storage.read(storageKey, { from: 0, to: 0 })).on('error', () => undefined).destroy();
        return;
      } catch (error) {
        why = error;
      }
    }
    if (keys.length === 0) return;
    const { message } = why instanceof ContentGone ? why : new ContentUnreadable(why);
    this.logger.warn(
      `None of the last ${keys.length} files is where files are kept: ${message}. After a restore put back the folder ` +
        '"attachments" of the data directory, or the bucket, too; several nodes need the same one. Nobody can open files, ' +
        'and messages with files wait, until it is there.',
    );
  }
}
