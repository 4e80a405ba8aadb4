import { randomBytes } from 'node:crypto';
import { KeyRing, KeyRotation, newId, openTestDatabase, rows, type SealedColumn, type TestDatabase } from '#database';
import { loadConfig } from './config.js';
import { rotateKeys } from './key-rotation.js';
import { SEALED_COLUMNS } from './sealed-columns.js';

/** Named so that their marks differ in bits in the middle of a character of base64url. */
const [old, next] = ['k1', 'k2'].map((name) => `${name}:${randomBytes(32).toString('base64')}`) as [string, string];
const BODIES = 120;
const fields = ['token', 'secret'];

let house: TestDatabase;
beforeEach(async () => (house = await openTestDatabase()));
afterEach(() => house.close());

const sql = <Row>(text: string, values?: unknown[]) => house.database.rows<Row>(text, values);
const nameOf = ({ table, column }: Pick<SealedColumn, 'table' | 'column'>) => `${table}.${column}`;

async function rotate(keys: string[]) {
  const lines: string[] = [];
  const { config } = loadConfig({ DATABASE_URL: house.url, PARLEY_ENCRYPTION_KEYS: keys.join(',') });
  return { done: await rotateKeys(config, (line) => lines.push(line)), lines };
}

/** A row for everything that is kept sealed, and more bodies than fit into a batch. */
async function fill(ring: KeyRing): Promise<void> {
  const [id, queue] = [newId(), newId()];
  await sql(`INSERT INTO queues (id, name) VALUES ($1, 'Support')`, [queue]);
  await sql(`INSERT INTO channels (id, messenger, source, name, queue_id) VALUES ($1, 'pigeon', 'x', 'x', $2)`, [
    id,
    queue,
  ]);
  await sql(
    `INSERT INTO account_sign_ins (id, messenger, caller, state_hash, expires_at) VALUES ($1, 'pigeon', 'x', 'x', now())`,
    [id],
  );
  await sql(`INSERT INTO actions (id, caption, url) VALUES ($1, 'x', 'https://example.com')`, [id]);
  await sql(`INSERT INTO webhook_endpoints (id, url, secret) VALUES ($1, 'https://example.com', '')`, [id]);
  await sql(
    `INSERT INTO attachments (id, state, type, storage_key, created_at) VALUES ($1, 'pending', 'image', 'x', now())`,
    [id],
  );
  await sql(
    `INSERT INTO erasures (id, contact_id, contact_ids, identity_ids, requested_by, requested_at)
     VALUES ($1, $1, '{}', '{}', 'x', now())`,
    [id],
  );
  await sql(
    `INSERT INTO waiting_changes (id, channel_id, messenger, about, target, event, arrived_at, look_at)
     VALUES ($1, $1, 'pigeon', 'message', 'x', '{}', now(), now())`,
    [id],
  );
  const bodies = Array.from({ length: BODIES }, newId);
  await sql(
    `INSERT INTO raw_bodies (id, messenger, received_at, body) SELECT id, 'pigeon', now(), '' FROM unnest($1::uuid[]) AS r (id)`,
    [bodies],
  );
  for (const column of SEALED_COLUMNS)
    for (const row of column.table === 'raw_bodies' ? bodies : [id]) await put(ring, column, row, nameOf(column));
}

async function put(ring: KeyRing, of: SealedColumn, id: string, plain: string): Promise<void> {
  await sql(`UPDATE ${of.table} SET ${of.column} = $2 WHERE id = $1`, [id, sealed(ring, of, id, plain)]);
}

function sealed(ring: KeyRing, { form, boundTo }: SealedColumn, id: string, plain: string): Buffer | string {
  if (form === 'bytes') return ring.encrypt(plain, boundTo(id, ''));
  if (form === 'text') return ring.encryptText(plain, boundTo(id, ''));
  return JSON.stringify(Object.fromEntries(fields.map((name) => [name, ring.encryptText(plain, boundTo(id, name))])));
}

/** How many values of each column the ring opens as what was put there. */
async function opened(ring: KeyRing): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const of of SEALED_COLUMNS) {
    const all = await sql<{ id: string; value: Buffer | string | Record<string, string> }>(
      `SELECT id, ${of.column} AS value FROM ${of.table} WHERE ${of.column} IS NOT NULL`,
    );
    counts[nameOf(of)] = all.filter(({ id, value }) => isOpenedBy(ring, of, id, value)).length;
  }
  return counts;
}

function isOpenedBy(ring: KeyRing, of: SealedColumn, id: string, value: Buffer | string | Record<string, string>) {
  const parts = Buffer.isBuffer(value) || typeof value === 'string' ? { '': value } : value;
  return Object.entries<Buffer | string>(parts).every(([field, part]) => {
    try {
      const bytes = typeof part === 'string' ? Buffer.from(part, 'base64url') : part;
      return ring.decrypt(bytes, of.boundTo(id, field)).toString() === nameOf(of);
    } catch {
      return false;
    }
  });
}

const expected = Object.fromEntries(
  SEALED_COLUMNS.map((of) => [nameOf(of), of.table === 'raw_bodies' ? BODIES : 1]),
) as Record<string, number>;

it('knows every sealed column of the tables', async () => {
  const found = await sql<{ name: string }>(
    `SELECT c.relname || '.' || a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
       AND a.attname NOT LIKE '%\\_hash'
       AND (a.atttypid = 'bytea'::regtype OR a.attname ~ 'secret|sealed|encrypted|cipher'
         OR col_description(c.oid, a.attnum) ~* 'sealed|encrypted')`,
  );
  expect(found.map(({ name }) => name).sort()).toEqual(SEALED_COLUMNS.map(nameOf).sort());
});

it('is cut short half-way, goes on when it is run again, and then the new key is enough', async () => {
  await fill(new KeyRing([old]));
  const ring = new KeyRing([next, old]);
  const cut = new KeyRotation(house.database, ring).run(SEALED_COLUMNS, ({ table }) => {
    if (table === 'raw_bodies') throw new Error('killed');
  });
  await expect(cut).rejects.toThrow('killed');
  expect(await opened(ring)).toEqual(expected);
  expect(await opened(new KeyRing([next]))).toEqual({ ...expected, 'raw_bodies.body': 50 });
  await expect(rotate([next])).rejects.toThrow('another key ring');

  const rest = await rotate([next, old]);
  expect(rest.done).toBe(true);
  expect(rest.lines).toContain('raw_bodies.body: 70 re-encrypted');
  expect(rest.lines).toContain('actions.secret: 0 re-encrypted');
  expect(rest.lines.at(-1)).toContain('needed no more');
  expect(await opened(new KeyRing([next]))).toEqual(expected);
  expect((await rotate([next])).done).toBe(true);
  await expect(rotate([next, old])).rejects.toThrow('another key ring');
});

it('leaves what somebody changes in that moment', async () => {
  await fill(new KeyRing([old]));
  const of = SEALED_COLUMNS.find(({ table }) => table === 'channels')!;
  const [{ id }] = (await sql<{ id: string }>('SELECT id FROM channels')) as [{ id: string }];
  const ring = new KeyRing([next, old]);
  let rotation: Promise<unknown> | undefined;
  await house.database.transaction(async (tx) => {
    await rows(tx, 'UPDATE channels SET secrets = $2 WHERE id = $1', [id, sealed(ring, of, id, 'a newer token')]);
    rotation = new KeyRotation(house.database, ring).run([of], () => undefined);
    await house.somebodyWaits();
  });
  await rotation;
  const [{ secrets }] = (await sql('SELECT secrets FROM channels')) as [{ secrets: Record<string, string> }];
  const token = new KeyRing([next]).decryptText(secrets['token'] ?? '', of.boundTo(id, 'token'));
  expect(token).toBe('a newer token');
});

it('says what it cannot open, goes on with the rest, and keeps the old key needed', async () => {
  await fill(new KeyRing([old]));
  const of = SEALED_COLUMNS.find(({ table }) => table === 'attachments')!;
  const [{ id }] = (await sql<{ id: string }>('SELECT id FROM attachments')) as [{ id: string }];
  await put(new KeyRing([randomBytes(32).toString('base64')]), of, id, 'by a key nobody has');
  const { done, lines } = await rotate([next, old]);
  expect(done).toBe(false);
  expect(lines).toContain(`attachments.reference: no key of the ring opens 1 rows, such as ${id}`);
  expect(lines.at(-1)).toContain('still needed');
  expect(await opened(new KeyRing([next]))).toEqual({ ...expected, 'attachments.reference': 0 });
  await expect(rotate([next])).rejects.toThrow('another key ring');
});

it('does not call the old key unneeded once a node seals with it again', async () => {
  await rotate([old]);
  await rotate([next, old]);
  await rotate([old, next, old]);
  await expect(rotate([next])).rejects.toThrow('another key ring');
});
