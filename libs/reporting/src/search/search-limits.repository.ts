import { Injectable } from '@nestjs/common';
import { rows, type Tx } from '#database';

/** How statements of a search are carried out. */
@Injectable()
export class SearchLimitsRepository {
  /** No table is read whole, nobody else's processor is taken; with `patienceMs` the statement ends by then (57014). */
  async useIndexes(tx: Tx, patienceMs = 5_000): Promise<void> {
    await rows(
      tx,
      `SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
       SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL statement_timeout = ${Math.ceil(patienceMs)}`,
    );
  }
}
