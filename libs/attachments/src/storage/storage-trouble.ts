import { Logger } from '@nestjs/common';
import { Problem } from '#api-kit';
import { NotAskedError, OutcomeUnknownError } from '#messenger-kit';
import { S3Error } from './s3-storage.js';

const logger = new Logger('Attachments');

/** A disk that is full, read-only, broken or not mounted, a folder that is another user's, too many open files. */
const OF_DISK = /^(EACCES|EDQUOT|EIO|EMFILE|ENFILE|ENOENT|ENOSPC|ENOTDIR|EPERM|EROFS|ESTALE)$/;

/** It refused, was not reached, or did not answer. */
const OF_STORE = [S3Error, NotAskedError, OutcomeUnknownError];

/**
 * What a caller is told when the disk or the store failed: 503, since a later try may succeed; the log says why, without key
 * and path. Any other error as it is.
 */
export function storageTrouble(error: unknown): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (!OF_STORE.some((kind) => error instanceof kind) && !OF_DISK.test(code)) return error;
  logger.error(`Files cannot be stored or read: ${code}`);
  return new Problem(503, 'files_unavailable', 'Files cannot be stored or read right now. Try again.');
}
