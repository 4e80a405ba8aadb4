import { Injectable } from '@nestjs/common';
import { Database, row, type Tx } from '#database';
import type { Place } from '#events';

interface Row {
  readonly version: string;
  readonly epoch: string | null;
  readonly txid: string;
  readonly id: string;
}

/** The cursor as it was read. */
interface CursorPlace extends Place {
  readonly version: string;
}

/**
 * Up to where the log was turned into deliveries. Who erases a person's deliveries changes the cursor's row, too: what was read
 * of the log before is not written any more.
 */
@Injectable()
export class DispatchRepository {
  constructor(private readonly database: Database) {}

  async cursor(): Promise<CursorPlace> {
    const at = await this.database.row<Row>('SELECT xmin::text AS version, epoch, txid, id FROM webhook_cursor');
    return {
      version: at?.version ?? '',
      epoch: at?.epoch ?? '',
      position: { txid: BigInt(at?.txid ?? 0), id: BigInt(at?.id ?? 0) },
    };
  }

  /** False when somebody else has moved it meanwhile, or erased deliveries. */
  async move(tx: Tx, { version }: CursorPlace, { epoch, position }: Place): Promise<boolean> {
    const moved = await row(
      tx,
      'UPDATE webhook_cursor SET epoch = $2, txid = $3, id = $4 WHERE xmin::text = $1 RETURNING txid',
      [version, epoch, position.txid.toString(), position.id.toString()],
    );
    return moved !== undefined;
  }

  /** Until the transaction ends nobody erases deliveries: those it makes are there by then. */
  async hold(tx: Tx): Promise<void> {
    await row(tx, 'SELECT txid FROM webhook_cursor FOR KEY SHARE');
  }
}
