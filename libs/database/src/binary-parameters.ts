/**
 * Arrays in PostgreSQL's binary form, which the driver passes on as they are. The server reads them several times as fast
 * as literals, and the hot path is made of arrays. For parameters whose type the statement knows.
 * https://www.postgresql.org/docs/current/protocol-overview.html (formats), `array_recv` in the server's source
 */
type Items<Item> = readonly (Item | null)[];

/** The server's object ids of the elements' types; they never change. */
const TYPES = { boolean: 16, integer: 23, text: 25, instant: 1184, uuid: 2950 } as const;
const HEAD = 20;
const EMPTY_HEAD = 12;
const LENGTH = 4;
const NULL = -1;

export function textArray(items: Items<string>): Buffer {
  let size = 0;
  for (const item of items) size += item === null ? 0 : Buffer.byteLength(item);
  return encoded(TYPES.text, items, size, (item, bytes, at) => bytes.write(item, at));
}

/** Rejects by throwing what is no id in hexadecimal digits, with or without dashes. */
export function uuidArray(items: Items<string>): Buffer {
  return encoded(TYPES.uuid, items, items.length * 16, writeUuid);
}

export function integerArray(items: Items<number>): Buffer {
  return encoded(TYPES.integer, items, items.length * 4, (item, bytes, at) => bytes.writeInt32BE(item, at) - at);
}

export function booleanArray(items: Items<boolean>): Buffer {
  return encoded(TYPES.boolean, items, items.length, (item, bytes, at) => bytes.writeUInt8(item ? 1 : 0, at) - at);
}

/** Of `timestamptz`, from milliseconds since 1970. */
export function instantArray(items: Items<number>): Buffer {
  return encoded(TYPES.instant, items, items.length * 8, writeInstant);
}

type Write<Item> = (item: Item, bytes: Buffer, at: number) => number;

function encoded<Item>(type: number, items: Items<Item>, size: number, write: Write<Item>): Buffer {
  const empty = items.length === 0;
  const bytes = Buffer.allocUnsafe((empty ? EMPTY_HEAD : HEAD) + items.length * LENGTH + size);
  bytes.writeInt32BE(empty ? 0 : 1, 0);
  bytes.writeInt32BE(items.includes(null) ? 1 : 0, 4);
  bytes.writeInt32BE(type, 8);
  if (empty) return bytes;
  bytes.writeInt32BE(items.length, 12);
  bytes.writeInt32BE(1, 16);
  let at = HEAD;
  for (const item of items) {
    const length = item === null ? NULL : write(item, bytes, at + LENGTH);
    bytes.writeInt32BE(length, at);
    at += LENGTH + Math.max(length, 0);
  }
  return at === bytes.length ? bytes : bytes.subarray(0, at);
}

function writeUuid(uuid: string, bytes: Buffer, start: number): number {
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
  return 16;
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

function writeInstant(milliseconds: number, bytes: Buffer, at: number): number {
  const microseconds = (milliseconds - EPOCH) * 1000;
  bytes.writeInt32BE(Math.floor(microseconds / HALF), at);
  bytes.writeUInt32BE(microseconds - Math.floor(microseconds / HALF) * HALF, at + 4);
  return 8;
}
