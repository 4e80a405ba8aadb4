import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type pg from 'pg';

const ROW = 0x44;
/** The letter, and the length that counts itself but not the letter. */
const HEAD = 5;

/** A row as it came, read by whoever takes it: at once, the bytes are not kept. */
export class RowMessage {
  readonly name = 'dataRow';

  constructor(
    readonly bytes: Buffer,
    /** Where its columns begin: how many there are, then each with its length before it. */
    readonly start: number,
    readonly length: number,
  ) {}

  /** As the driver's own queries want it. */
  get fields(): (string | null)[] {
    const { bytes, start } = this;
    const fields = new Array<string | null>(bytes.readInt16BE(start));
    let at = start + 2;
    for (let index = 0; index < fields.length; index++) {
      const length = bytes.readInt32BE(at);
      at += 4;
      fields[index] = length < 0 ? null : bytes.toString('utf8', at, at + length);
      at += Math.max(length, 0);
    }
    return fields;
  }
}

/**
 * Lets a connection hand rows on as `RowMessage`s, before its own parser made a string of each column. All other messages
 * go to that parser.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function handOnRows(connection: pg.Connection): void {
  const listening = connection as pg.Connection & { attachListeners(stream: EventEmitter): void };
  const attachListeners = listening.attachListeners.bind(connection);
  listening.attachListeners = (stream: Duplex) => {
    const others = new EventEmitter();
    attachListeners(others);
    const messages = new WholeMessages();
    stream.on('data', (chunk: Buffer) => {
      const bytes = messages.add(chunk);
      if (bytes) split(bytes, connection, others);
    });
    stream.on('end', () => others.emit('end'));
  };
}

/** Both kinds in the order they came. */
function split(bytes: Buffer, connection: EventEmitter, others: EventEmitter): void {
  let from = 0;
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32BE(at + 1);
    const end = at + 1 + length;
    if (bytes[at] === ROW) {
      if (from < at) others.emit('data', bytes.subarray(from, at));
      connection.emit('dataRow', new RowMessage(bytes, at + HEAD, length));
      from = end;
    }
    at = end;
  }
  if (from < bytes.length) others.emit('data', bytes.subarray(from));
}

/** Bytes that come in any pieces, as whole messages. */
class WholeMessages {
  private pieces: Buffer[] = [];
  private size = 0;
  /** As many bytes as the message under way has, as far as that is known. */
  private wanted = HEAD;

  /** The messages that are complete with this chunk. */
  add(chunk: Buffer): Buffer | undefined {
    this.pieces.push(chunk);
    this.size += chunk.length;
    if (this.size < this.wanted) return undefined;
    const bytes = this.pieces.length === 1 ? chunk : Buffer.concat(this.pieces);
    let end = 0;
    while (end + this.wanted <= bytes.length) {
      // A length is known once its head is there.
      this.wanted = 1 + bytes.readUInt32BE(end + 1);
      if (end + this.wanted > bytes.length) break;
      end += this.wanted;
      this.wanted = HEAD;
    }
    this.pieces = end < bytes.length ? [bytes.subarray(end)] : [];
    this.size = bytes.length - end;
    return end === 0 ? undefined : bytes.subarray(0, end);
  }
}
