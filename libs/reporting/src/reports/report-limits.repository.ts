import { Injectable } from '@nestjs/common';
import { rows, type Tx } from '#database';

const LONGEST_MS = 15_000;

/** How reports read: they change nothing, take one processor at most, and come to an end. */
@Injectable()
export class ReportLimitsRepository {
  async readOnly(tx: Tx): Promise<void> {
    await rows(
      tx,
      `SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = ${LONGEST_MS};
       SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '32MB'`,
    );
  }
}
