import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { migrate, openEmbeddedPostgres } from '#database';
import { seed } from './seed/seed.js';
import { sizeOf } from './seed/size.js';

/** `npm run bench:seed -- [--dir data] [--chats 200000] [--messages 5000000] [--agents 100] [--queues 20]` */
function argument(name: string): string | undefined {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? undefined : process.argv[place + 1];
}

const say = (text: string) => process.stdout.write(`${text}\n`);
const size = sizeOf(argument);
const external = process.env.DATABASE_URL;
if (external) {
  await migrate(external);
  await seed(external, size, say);
} else {
  const dataDir = resolve(argument('dir') ?? (await mkdtemp(join(tmpdir(), 'parley-seed-'))));
  const embedded = await openEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), log: say });
  try {
    await migrate(embedded.url);
    await seed(embedded.url, size, say);
  } finally {
    await embedded.stop();
  }
  for (const note of embedded.notes) say(note);
  say(`seeded; start the server on it with PARLEY_DATA_DIR=${dataDir}`);
}
