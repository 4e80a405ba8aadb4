import { decodeCursor, encodeCursor } from '#api-kit';

/** A place in the log: behind the event of this transaction with this id. Events stand in the order of (txid, id). */
export interface Position {
  readonly txid: bigint;
  readonly id: bigint;
}

/** A position with the epoch of the log it belongs to. */
export interface Place {
  readonly epoch: string;
  readonly position: Position;
}

/** Before everything. */
export const BEGINNING: Position = { txid: 0n, id: 0n };

const DIGITS = /^\d{1,19}$/;
const LARGEST = 2n ** 63n - 1n;

/** Behind all events of transactions before this one. */
export function before(txid: bigint): Position {
  return { txid, id: 0n };
}

export function isAfter(one: Position, other: Position): boolean {
  return one.txid > other.txid || (one.txid === other.txid && one.id > other.id);
}

/** A place as clients carry it; also the public id of the event it stands behind. */
export function cursorOf(epoch: string, { txid, id }: Position): string {
  return encodeCursor([epoch, txid.toString(), id.toString()]);
}

/** Throws Problem 400 `invalid_cursor` for what never was a cursor of this log. */
export function placeOf(cursor: string): Place {
  const [epoch = '', txid = '', id = ''] = decodeCursor(cursor, 3, 'after');
  const readable = DIGITS.test(txid) && DIGITS.test(id) && BigInt(txid) <= LARGEST && BigInt(id) <= LARGEST;
  // Digits that are too large belong to no epoch, and so to nowhere in the log.
  return readable ? { epoch, position: { txid: BigInt(txid), id: BigInt(id) } } : { epoch: '', position: BEGINNING };
}
