import type { KeyRing } from './key-ring.js';
import type { Settings } from './settings.repository.js';
import type { Database } from './database.js';

const NAME = 'keyRing';

interface Fingerprints {
  readonly active: string;
  readonly root: string;
}

/**
 * Every node of an installation needs the same key ring. The first one leaves its fingerprints in the database.
 * @throws when this ring lacks the key that seals today, or derives from another root.
 */
export async function checkKeyRing(database: Database, settings: Settings, ring: KeyRing): Promise<void> {
  const ours: Fingerprints = { active: ring.fingerprint(), root: ring.rootFingerprint() };
  const stored = await settings.getOrCreate<Fingerprints>(NAME, () => ours);
  if (!ring.has(stored.active) || stored.root !== ours.root) {
    throw new Error(
      `This database was encrypted with another key ring (active key ${stored.active}, last key ${stored.root}; here ` +
        `${ours.active} and ${ours.root}). Give this node the PARLEY_ENCRYPTION_KEYS of the others, or the key file ` +
        'from the data directory that belongs to this database. To rotate, put the new key first and keep the old ones.',
    );
  }
  if (stored.active !== ours.active) await database.transaction((tx) => settings.set(tx, NAME, ours));
}
