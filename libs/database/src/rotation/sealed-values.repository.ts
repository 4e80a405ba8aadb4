import type { Database } from '../database.js';
import { rows } from '../transaction.js';
import type { SealedColumn } from './sealed-column.js';

export type SealedFields = Readonly<Record<string, string>>;

export interface SealedValue {
  readonly id: string;
  readonly sealed: Buffer | string | SealedFields;
}

export interface Exchange {
  readonly id: string;
  readonly was: SealedValue['sealed'];
  readonly fresh: SealedValue['sealed'];
}

const TYPES = { bytes: 'bytea', text: 'text', fields: 'jsonb' };

/** Sealed values in whatever table; names of tables and columns are constants of this program. */
export class SealedValues {
  constructor(private readonly database: Database) {}

  /** The next values, in the order of their ids, that another key sealed than the one whose mark this is. */
  underOtherKeys(of: SealedColumn, mark: Buffer, after: string | null, limit: number): Promise<SealedValue[]> {
    const isOther = of.form === 'bytes' ? otherBytes(of.column) : otherText(of);
    return this.database.rows<SealedValue>(
      `SELECT id, ${of.column} AS sealed FROM ${of.table}
       WHERE ($1::uuid IS NULL OR id > $1) AND ${isOther} ORDER BY id LIMIT $2`,
      [after, limit, of.form === 'bytes' ? mark : beginningsInText(mark)],
    );
  }

  /** Puts each fresh value where the old one still is, in one transaction. How many those were. */
  async exchange({ table, column, form }: SealedColumn, all: readonly Exchange[]): Promise<number> {
    const type = TYPES[form];
    const given = (value: Exchange['was']) => (form === 'fields' ? JSON.stringify(value) : value);
    const array = form === 'bytes' ? 'bytea[]' : 'text[]';
    return this.database.transaction(async (tx) => {
      const exchanged = await rows(
        tx,
        `UPDATE ${table} t SET ${column} = v.fresh::${type}
         FROM unnest($1::uuid[], $2::${array}, $3::${array}) AS v (id, was, fresh)
         WHERE t.id = v.id AND t.${column} = v.was::${type} RETURNING 1 AS done`,
        [all.map(({ id }) => id), all.map(({ was }) => given(was)), all.map(({ fresh }) => given(fresh))],
      );
      return exchanged.length;
    });
  }
}

/** $3 = the mark. */
function otherBytes(column: string): string {
  return `substring(${column} FROM 1 FOR octet_length($3::bytea)) <> $3`;
}

/** $3 = all beginnings of a text that has the mark. */
function otherText({ column, form }: SealedColumn): string {
  const isOther = (text: string) => `left(${text}, length(($3::text[])[1])) <> ALL ($3)`;
  if (form === 'text') return isOther(column);
  return `EXISTS (SELECT FROM jsonb_each_text(${column}) AS f (name, value) WHERE ${isOther('f.value')})`;
}

/** A mark may end within a character of base64url, of which the next byte then decides. */
function beginningsInText(mark: Buffer): string[] {
  const length = Math.ceil((mark.length * 8) / 6);
  const nexts = Array.from({ length: 256 }, (_, next) => Buffer.concat([mark, Buffer.from([next])]));
  return [...new Set(nexts.map((bytes) => bytes.toString('base64url').slice(0, length)))];
}
