import { Logger } from '@nestjs/common';
import { Problem } from '#api-kit';
import { S3Error } from './s3-storage.js';

const logger = new Logger('Attachments');

/** A disk that is full, read-only, broken or not mounted, a folder that is another user's, too many open files. */
const OF_DISK = /^(EACCES|EDQUOT|EIO|EMFILE|ENFILE|ENOENT|ENOSPC|ENOTDIR|EPERM|EROFS|ESTALE)$/;

/**
 * What a caller is told when the disk or the store failed: 503, since a later try may succeed; the log says why, without key
 * and path. Any other error as it is.
 */
export function storageTrouble(error: unknown): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (!(error instanceof S3Error) && !OF_DISK.test(code)) return error;
  logger.error(`Files cannot be stored or read: ${code}`);
  return new Problem(503, 'files_unavailable', 'Files cannot be stored or read right now. Try again.');
}
