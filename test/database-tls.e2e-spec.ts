import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openEmbeddedPostgres } from '#database';
import { certificateFor } from './support/certificate.js';
import { ADMIN, ServerProcess } from './support/server.js';

/**
 * A database that is reached over TLS. Real: the built server, PostgreSQL with TLS on, sockets. The certificate is one
 * signed by itself for 127.0.0.1, made by this test.
 */
const KEY = randomBytes(32).toString('base64');
let folder: string;
let postgres: Awaited<ReturnType<typeof openEmbeddedPostgres>>;
let server: ServerProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-tls-'));
  await chmod(folder, 0o711);
  postgres = await openEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => undefined });
}, 60_000);
afterEach(async () => {
  await server?.dispose();
  server = undefined;
});
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What a client takes for an authority's certificate. */
const trusted = () => join(folder, 'trusted.crt');

async function ask<Row>(statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    return (await client.query(statement)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** The key must be its own user's, and nobody else may read it. */
async function speakTls(): Promise<void> {
  const { uid, gid } = await stat(join(postgres.dataDir, 'PG_VERSION'));
  const { key, certificate } = certificateFor('127.0.0.1');
  await writeFile(trusted(), certificate);
  for (const [name, content] of Object.entries({ 'server.crt': certificate, 'server.key': key })) {
    const file = join(postgres.dataDir, name);
    await writeFile(file, content, { mode: 0o600 });
    if (process.getuid?.() === 0) await chown(file, uid, gid);
  }
  await ask('ALTER SYSTEM SET ssl = on');
  await ask('SELECT pg_reload_conf()');
}

async function start(query: string, host = '127.0.0.1'): Promise<ServerProcess> {
  const url = postgres.url.replace('127.0.0.1', host);
  server = await ServerProcess.start({ databaseUrl: `${url}?${query}`, env: { PARLEY_ENCRYPTION_KEYS: KEY } });
  return server;
}

it('says so where TLS is asked for and the database does not speak it', async () => {
  const sentence =
    /DATABASE_URL: cannot connect to PostgreSQL at 127\.0\.0\.1:\d+: it does not speak TLS, which sslmode asks for/;
  for (const mode of ['require', 'verify-full']) await expect(start(`sslmode=${mode}`)).rejects.toThrow(sentence);
});

it('speaks TLS on every connection; the certificate is looked at where that is asked for', async () => {
  await speakTls();
  const full = `sslmode=verify-full&sslrootcert=${trusted()}`;
  for (const query of ['sslmode=require', full]) {
    const { api } = await start(query);
    const { accessToken } = await api.created<{ accessToken: string }>('/v1/auth/sessions', ADMIN);
    const admin = api.as(accessToken);
    for (let number = 0; number < 40; number++) {
      const tag = { name: `${query.slice(8, 12)} ${number}`, color: '#1f6feb' };
      expect(await admin.created('/v1/tags', tag)).toMatchObject(tag);
    }
    expect((await admin.read<{ data: object[] }>('/v1/tags')).data.length).toBeGreaterThanOrEqual(40);
    const open = await ask<{ ssl: boolean }>(
      `SELECT s.ssl FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid)
       WHERE a.datname = 'parley' AND a.application_name NOT LIKE 'parley-supervisor%' AND a.pid <> pg_backend_pid()`,
    );
    expect(open.length).toBeGreaterThan(2);
    expect(new Set(open.map(({ ssl }) => ssl))).toEqual(new Set([true]));
    await server!.dispose();
  }
  await expect(start('sslmode=verify-full')).rejects.toThrow(
    /DATABASE_URL: cannot connect to .*self.signed certificate/,
  );
  await expect(start(full, 'localhost')).rejects.toThrow(/DATABASE_URL: cannot connect to .*certificate/);
}, 180_000);
