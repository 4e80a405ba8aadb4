import type { TestDatabase } from '#database';

/** Something that was produced, and where it stood. */
export interface Produced {
  readonly place: string;
  readonly text: string | Buffer;
}

const PIECE = 20;

/** Secrets that are looked for in everything produced, in every form in which they could have slipped out. */
export class Canaries {
  private readonly forms = new Map<string, readonly string[]>();

  get names(): string[] {
    return [...this.forms.keys()];
  }

  /** The secret itself, so that it can be planted where it is used. */
  plant(name: string, secret: string): string {
    if (secret.length < 8) throw new Error(`${name} is too short to be told from other words`);
    this.forms.set(name, [...new Set(piecesOf(secret).flatMap(formsOf))]);
    return secret;
  }

  /** `place: name` for each secret that stands in what was produced. */
  foundIn(produced: readonly Produced[]): string[] {
    return produced.flatMap(({ place, text }) => {
      const plain = typeof text === 'string' ? text : text.toString('latin1');
      const standing = [...this.forms].filter(([, forms]) => forms.some((form) => plain.includes(form)));
      return standing.map(([name]) => `${place}: ${name}`);
    });
  }
}

/** A part of a secret gives it away, too. */
function piecesOf(secret: string): string[] {
  if (secret.length <= PIECE + 4) return [secret];
  const middle = Math.floor((secret.length - PIECE) / 2);
  return [0, middle, secret.length - PIECE].map((start) => secret.slice(start, start + PIECE));
}

function formsOf(piece: string): string[] {
  const json = JSON.stringify(piece).slice(1, -1);
  const bytes = Buffer.from(piece);
  return [
    piece,
    bytes.toString('latin1'),
    json,
    JSON.stringify(json).slice(1, -1),
    json.replace(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`),
    encodeURIComponent(piece),
    encodeURIComponent(encodeURIComponent(piece)),
    new URLSearchParams({ p: piece }).toString().slice(2),
    piece.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64FormsOf(bytes),
  ];
}

/** Wherever in a longer text it began: only the letters that its own bytes decide. */
function base64FormsOf(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const own = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** Every value of every column of every table, but for what the database itself keeps. */
export async function everythingStored({ database }: TestDatabase): Promise<Produced[]> {
  const tables = await database.rows<{ source: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS source FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  const produced: Produced[] = [];
  for (const { source } of tables) {
    for (const stored of await database.rows<Record<string, unknown>>(`SELECT * FROM ${source}`)) {
      for (const [column, value] of Object.entries(stored)) {
        produced.push({ place: `table ${source}.${column}`, text: Buffer.isBuffer(value) ? value : textOf(value) });
      }
    }
  }
  return produced;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
