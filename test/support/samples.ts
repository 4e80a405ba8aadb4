import { readdirSync, readFileSync } from 'node:fs';
import type { MessengerKey } from '../../apps/simulator/src/ledger.js';

/** Who wrote the samples, as each messenger calls her, and somebody else. */
export const IRYNA = { facebook: '7482093165518274', telegram: '6841097253' } as const;
export const NEWCOMER = '6915527380446193';

const folderOf = (messenger: MessengerKey) => `libs/messengers/src/${messenger}/fixtures`;

/** Names without `.json`. */
export function sampleNames(messenger: MessengerKey): string[] {
  return readdirSync(folderOf(messenger)).map((file) => file.replace(/\.json$/, ''));
}

/** The sample's text, with each of these words replaced wherever it stands. */
export function sampleOf(
  messenger: MessengerKey,
  name: string,
  replaced: Readonly<Record<string, string>> = {},
): string {
  const text = readFileSync(`${folderOf(messenger)}/${name}.json`, 'utf8');
  return Object.entries(replaced).reduce((so, [word, by]) => so.replaceAll(word, by), text);
}
