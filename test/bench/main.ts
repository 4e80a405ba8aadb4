import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { measureGrowth } from './growth/growth.js';
import { measureReading } from './reading/reading.js';
import { endAll } from './processes.js';
import { measureReceiving } from './receiving.js';
import { soak } from './soak.js';

const quick = process.argv.includes('--quick');
/** Lists and counts alone, without the receiving path. */
const onlyReading = process.argv.includes('--only-reading');
/** Agents' streams alone, or answers alone. */
const only = (['streams', 'sending'] as const).find((part) => process.argv.includes(`--only-${part}`));
/** A directory with the large data, or where it is to be made. */
const large = after('--large');
/** What grows with the history, alone: a directory with data of three sizes, or where it is to be made. */
const growth = after('--growth');
/** So many minutes of steady load instead of everything else. */
const soakMinutes = Number(after('--soak') ?? 0);

function after(name: string): string | undefined {
  return process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined;
}

const say = (text: string) => process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  say(`${cpus().length} × ${cpus()[0]!.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`);
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  // PostgreSQL does not run as root, and its own user must be able to enter.
  await chmod(dataDir, 0o711);
  try {
    if (growth !== undefined) return await measureGrowth({ directory: growth, quick, say });
    if (soakMinutes > 0) return await soak(dataDir, soakMinutes, say);
    if (!onlyReading) await measureReceiving({ dataDir, large, quick, only, say });
    if (!only) await measureReading({ dataDir, large, quick, say });
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, endAll);
await main();
