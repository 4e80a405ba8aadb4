import { Injectable } from '@nestjs/common';
import { Database, row, type Tx } from '#database';
import type { Place } from '#events';

interface Row {
  readonly epoch: string | null;
  readonly txid: string;
  readonly id: string;
}

/** Up to where the log was turned into deliveries. */
@Injectable()
export class DispatchRepository {
  constructor(private readonly database: Database) {}

  async cursor(): Promise<Place> {
    const at = await this.database.row<Row>('SELECT epoch, txid, id FROM webhook_cursor');
    return { epoch: at?.epoch ?? '', position: { txid: BigInt(at?.txid ?? 0), id: BigInt(at?.id ?? 0) } };
  }

  /** False when another node has moved it meanwhile. */
  async move(tx: Tx, from: Place, to: Place): Promise<boolean> {
    const moved = await row(
      tx,
      `UPDATE webhook_cursor SET epoch = $4, txid = $5, id = $6
       WHERE coalesce(epoch, '') = $1 AND txid = $2 AND id = $3 RETURNING txid`,
      [from, to].flatMap(({ epoch, position }) => [epoch, position.txid.toString(), position.id.toString()]),
    );
    return moved !== undefined;
  }
}
