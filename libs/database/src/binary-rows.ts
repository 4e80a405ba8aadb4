import pg from 'pg';
import type { BinaryParameters } from './binary-parameters.js';
import type { RowMessage } from './row-messages.js';

export interface NamedStatement {
  readonly name: string;
  readonly text: string;
}

type Answered = (error: Error | null, result: pg.QueryResult) => void;

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

type Read = (bytes: Buffer, at: number, length: number) => unknown;

interface Column {
  readonly name: string;
  readonly read: Read;
}

/**
 * A statement whose rows come in PostgreSQL's binary form, as the same values that their text would give. Moments and ids
 * are written without making text of them, and read without a string between. Rows begin as a copy of an empty one: one that
 * grows by each column leaves five times its size behind.
 * https://www.postgresql.org/docs/current/protocol-overview.html (formats), `*_send` in the server's source
 */
export class BinaryRows extends pg.Query {
  private columns: readonly Column[] = [];
  private empty: Readonly<Record<string, unknown>> = {};
  private readonly found: object[];
  private readonly failed: { error?: Error };

  constructor(config: pg.QueryConfig, done: Answered) {
    const found: object[] = [];
    const failed: { error?: Error } = {};
    const answer = (error: Error | null | undefined, result: unknown) =>
      done(error ?? failed.error ?? null, { ...(result as pg.QueryResult), rows: found });
    // Without values the driver would ask in the simple protocol, which answers in text.
    super({ binary: true, queryMode: 'extended', ...config } as pg.QueryConfig, answer);
    this.found = found;
    this.failed = failed;
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    try {
      this.columns = fields.map(({ name, dataTypeID }) => ({ name, read: readerOf(dataTypeID, name) }));
      this.empty = Object.fromEntries(fields.map(({ name }) => [name, null]));
    } catch (error) {
      this.failed.error = error as Error;
    }
  }

  handleDataRow({ bytes, start }: RowMessage): void {
    const row: Record<string, unknown> = { ...this.empty };
    const { columns } = this;
    let at = start + 2;
    for (let index = 0; index < columns.length; index++) {
      const { name, read } = columns[index]!;
      const length = int(bytes, at);
      at += 4;
      row[name] = length < 0 ? null : read(bytes, at, length);
      at += Math.max(length, 0);
    }
    this.found.push(row);
  }
}

/** What the driver's connection knows of prepared statements, by their names; it has no types for it. */
interface Connection {
  readonly stream: { write(bytes: Buffer): void };
  readonly submittedNamedStatements: Record<string, string>;
  parse(statement: NamedStatement): void;
}

const { handleCommandComplete } = pg.Query.prototype as unknown as {
  handleCommandComplete: (this: pg.Query, message: unknown, connection: Connection) => void;
};

/** A prepared statement whose values are written already, in one piece with all that asks for its answer. */
export class BinaryCall extends BinaryRows {
  constructor(
    private readonly statement: NamedStatement,
    private readonly parameters: BinaryParameters,
    done: Answered,
  ) {
    super({ name: statement.name, text: statement.text }, done);
  }

  /** The driver's own way to send a statement, with what it overrides. */
  prepare(connection: Connection): void {
    const { name, text } = this.statement;
    if (!(this as unknown as { hasBeenParsed(of: Connection): boolean }).hasBeenParsed(connection)) {
      connection.parse({ name, text });
      connection.submittedNamedStatements[name] = text;
    }
    connection.stream.write(this.parameters.toCall(name));
  }

  /** The driver's own way to hear that a statement has run, with what it overrides. */
  handleCommandComplete(message: unknown, connection: Connection): void {
    handleCommandComplete.call(this, message, connection);
    this.parameters.tellOfRun();
  }
}

/** Of one column of one answer: it may remember what the row before held. */
const READERS = new Map<number, () => Read>([
  [pg.types.builtins.BOOL, () => (bytes, at) => bytes[at] === 1],
  [pg.types.builtins.INT4, () => int],
  [pg.types.builtins.INT8, () => (bytes, at) => bytes.readBigInt64BE(at).toString()],
  [pg.types.builtins.TIMESTAMPTZ, () => instant],
  [pg.types.builtins.UUID, () => uuid],
  [pg.types.builtins.TEXT, repeatedText],
  // Arrays, for which the driver has no names: `pg_type.dat` of the server's source.
  [1000, () => arrayOf((bytes, at) => bytes[at] === 1)],
  [1007, () => arrayOf(int)],
  [1009, () => arrayOf(text)],
  [2951, () => arrayOf(uuid)],
]);

function readerOf(type: number, column: string): Read {
  const reader = READERS.get(type);
  if (!reader) throw new Error(`Column "${column}" has a type (${type}) that is not read in binary form`);
  return reader();
}

/** Arrays of one dimension. */
function arrayOf(read: Read): Read {
  return (bytes, start) => {
    const isEmpty = int(bytes, start) === 0;
    const values = new Array<unknown>(isEmpty ? 0 : int(bytes, start + 12));
    let at = start + 20;
    for (let index = 0; index < values.length; index++) {
      const length = int(bytes, at);
      at += 4;
      values[index] = length < 0 ? null : read(bytes, at, length);
      at += Math.max(length, 0);
    }
    return values;
  };
}

/** The driver's buffer would check each offset again. */
function int(bytes: Buffer, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

/** The server counts microseconds since 2000. */
const EPOCH = Date.UTC(2000, 0);

function instant(bytes: Buffer, at: number): Date | number {
  const high = int(bytes, at);
  const low = int(bytes, at + 4) >>> 0;
  if (high === 0x7fffffff && low === 0xffffffff) return Infinity;
  if (high === -0x80000000 && low === 0) return -Infinity;
  // 2 ** 32 = 4294967 * 1000 + 296: all microseconds together are more than a number holds exactly.
  return new Date(EPOCH + high * 4_294_967 + Math.floor((high * 296 + low) / 1000));
}

const DIGITS = Buffer.from('0123456789abcdef');
/** Where in an id's text the digits of each of its bytes stand. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const ID = Buffer.alloc(36, '-');

/** One string: put together from pieces, each piece would be garbage, ten times as much of it. */
function uuid(bytes: Buffer, at: number): string {
  for (let index = 0; index < PLACES.length; index++) {
    const byte = bytes[at + index]!;
    const place = PLACES[index]!;
    ID[place] = DIGITS[byte >> 4]!;
    ID[place + 1] = DIGITS[byte & 15]!;
  }
  return ID.toString('latin1');
}

function text(bytes: Buffer, at: number, length: number): string {
  return bytes.toString('utf8', at, at + length);
}

/** A page repeats names and words from row to row: those are compared instead of made anew. */
function repeatedText(): Read {
  let last = '';
  return (bytes, at, length) => {
    if (length !== last.length || !isAscii(last, bytes, at)) last = text(bytes, at, length);
    return last;
  };
}

function isAscii(text: string, bytes: Buffer, at: number): boolean {
  for (let index = 0; index < text.length; index++) {
    const byte = bytes[at + index]!;
    if (byte > 0x7f || byte !== text.charCodeAt(index)) return false;
  }
  return true;
}
