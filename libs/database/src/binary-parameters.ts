type Items<Item> = readonly (Item | null)[];

/** The server's object ids of the elements' types; they never change. */
const TYPES = { boolean: 16, integer: 23, text: 25, instant: 1184, uuid: 2950 } as const;
const LENGTH = 4;
const NULL = -1;
/** UTF-8 of a character of a string is no longer. */
const CHARACTER = 3;
/** Before the values stands how they are sent, which is known in the end: three counts, and a statement's name of up to 63 bytes. */
const HEAD = 96;
const TAIL = 32;

/** A message's letter, and what its length does not count. */
const MESSAGES = { bind: 0x42, describe: 0x44, execute: 0x45, flush: 0x48, sync: 0x53 } as const;
const PORTAL = 0x50;
const BINARY = 1;

/**
 * The values of one call of a prepared statement in PostgreSQL's binary form, most of them arrays, in the order of its
 * parameters. The server reads such arrays several times as fast as literals; here they are written into one buffer, the one
 * that is sent.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html, `array_recv` in the server's source
 */
export class BinaryParameters {
  private bytes: Buffer;
  private at = HEAD;
  private count = 0;
  private told: (() => void) | undefined;

  /** `size`: how many bytes are expected; it grows when there are more. */
  constructor(size = 1024) {
    this.bytes = Buffer.allocUnsafe(HEAD + size + TAIL);
  }

  /**
   * `told` is called when the statement has run and its rows are here, while the server still commits it: its fate is open, and
   * the next call may be on its way.
   */
  whenRun(told: () => void): this {
    this.told = told;
    return this;
  }

  /** For who sends the call: the server said that the statement has run. */
  tellOfRun(): void {
    this.told?.();
  }

  boolean(value: boolean): this {
    return this.single(1, () => this.writeBoolean(value));
  }

  instant(milliseconds: number): this {
    return this.single(8, () => this.writeInstant(milliseconds));
  }

  texts(items: Items<string>): this {
    return this.array(TYPES.text, items, 0, (item) => this.writeText(item));
  }

  /** Throws at what is no id in hexadecimal digits, with or without dashes. */
  uuids(items: Items<string>): this {
    let last: string | undefined;
    let lastAt = 0;
    return this.array(TYPES.uuid, items, 16, (item) => {
      // A channel's id comes with each of its events.
      if (item === last) this.bytes.copyWithin(this.at, lastAt, lastAt + 16);
      else writeUuid(item, this.bytes, this.at);
      last = item;
      lastAt = this.at;
      this.at += 16;
    });
  }

  integers(items: Items<number>): this {
    return this.array(TYPES.integer, items, 4, (item) => this.writeInteger(item));
  }

  booleans(items: Items<boolean>): this {
    return this.array(TYPES.boolean, items, 1, (item) => this.writeBoolean(item));
  }

  /** Of `timestamptz`, from milliseconds since 1970. */
  instants(items: Items<number>): this {
    return this.array(TYPES.instant, items, 8, (item) => this.writeInstant(item));
  }

  /**
   * What runs the statement of this name with these values, asks for the form of its rows and for the rows themselves in
   * binary form, and ends its transaction if it began one. To be made once, when all values are written.
   */
  toCall(name: string): Buffer {
    const bindLength = this.writeHead(name);
    this.ensure(TAIL);
    this.writeShort(1);
    this.writeShort(BINARY);
    this.message(MESSAGES.describe, PORTAL, 0);
    this.message(MESSAGES.execute, 0, 0, 0, 0, 0);
    if (this.told) this.message(MESSAGES.flush);
    this.message(MESSAGES.sync);
    return this.bytes.subarray(HEAD - bindLength, this.at);
  }

  /** Resolves to how long it is. The unnamed portal, the statement, all values in binary form. */
  private writeHead(name: string): number {
    const named = Buffer.byteLength(name);
    const length = 1 + LENGTH + 1 + (named + 1) + 2 + 2 + 2;
    if (length > HEAD) throw new Error(`A statement's name may have 63 bytes: ${name}`);
    const end = this.at;
    this.at = HEAD - length;
    this.bytes[this.at++] = MESSAGES.bind;
    // What the message counts are its values, the two shorts after them, and this head without its letter.
    this.writeInteger(end + 4 - this.at);
    this.bytes[this.at++] = 0;
    this.at += this.bytes.write(name, this.at);
    this.bytes[this.at++] = 0;
    this.writeShort(1);
    this.writeShort(BINARY);
    this.writeShort(this.count);
    this.at = end;
    return length;
  }

  private message(letter: number, ...content: number[]): void {
    this.bytes[this.at++] = letter;
    this.writeInteger(LENGTH + content.length);
    for (const byte of content) this.bytes[this.at++] = byte;
  }

  private single(size: number, write: () => void): this {
    this.count += 1;
    this.ensure(LENGTH + size);
    this.writeInteger(size);
    write();
    return this;
  }

  private array<Item>(type: number, items: Items<Item>, size: number, write: (item: Item) => void): this {
    this.count += 1;
    this.ensure(24);
    const began = this.at;
    this.at += LENGTH;
    this.writeInteger(items.length > 0 ? 1 : 0);
    this.writeInteger(items.includes(null) ? 1 : 0);
    this.writeInteger(type);
    if (items.length > 0) {
      this.writeInteger(items.length);
      this.writeInteger(1);
      for (const item of items) {
        this.ensure(LENGTH + size);
        const before = this.at;
        this.at += LENGTH;
        if (item !== null) write(item);
        this.setInteger(before, item === null ? NULL : this.at - before - LENGTH);
      }
    }
    this.setInteger(began, this.at - began - LENGTH);
    return this;
  }

  private writeText(text: string): void {
    this.ensure(text.length * CHARACTER);
    this.at += this.bytes.write(text, this.at);
  }

  private writeBoolean(value: boolean): void {
    this.bytes[this.at++] = value ? 1 : 0;
  }

  private writeInstant(milliseconds: number): void {
    const microseconds = (milliseconds - EPOCH) * 1000;
    const high = Math.floor(microseconds / HALF);
    this.writeInteger(high);
    this.writeInteger(microseconds - high * HALF);
  }

  private writeShort(value: number): void {
    this.bytes[this.at++] = value >>> 8;
    this.bytes[this.at++] = value;
  }

  private writeInteger(value: number): void {
    this.setInteger(this.at, value);
    this.at += 4;
  }

  /** The buffer's own way checks each value and offset. */
  private setInteger(at: number, value: number): void {
    this.bytes[at] = value >>> 24;
    this.bytes[at + 1] = value >>> 16;
    this.bytes[at + 2] = value >>> 8;
    this.bytes[at + 3] = value;
  }

  private ensure(size: number): void {
    if (this.at + size <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * this.bytes.length + size);
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}

function writeUuid(uuid: string, bytes: Buffer, start: number): void {
  let at = start;
  let high = -1;
  for (let index = 0; index < uuid.length; index++) {
    const digit = digitOf(uuid.charCodeAt(index));
    if (digit === DASH) continue;
    if (digit < 0 || at === start + 16) throw new Error('This is no UUID');
    if (high < 0) high = digit;
    else {
      bytes[at++] = (high << 4) | digit;
      high = -1;
    }
  }
  if (at !== start + 16) throw new Error('This is no UUID');
}

const DASH = -2;

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code === 0x2d) return DASH;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

const HALF = 2 ** 32;
/** The server counts microseconds since 2000. */
const EPOCH = Date.UTC(2000, 0);
