import { readdirSync, readFileSync } from 'node:fs';

/** A captured payload, exactly as it was captured. */
export function sample(folder: URL, name: string): string {
  return readFileSync(new URL(`${name}.json`, folder), 'utf8');
}

/** All captured webhook bodies of a folder by name; answers of the network (`api-…`) and raw twins (`….wire`) left out. */
export function samplesIn(folder: URL): Map<string, string> {
  const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));
  const bodies = names.filter((name) => !name.startsWith('api-') && !name.endsWith('.wire'));
  return new Map(bodies.map((name) => [name, sample(folder, name)]));
}
